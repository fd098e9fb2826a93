"""What a group of a trial had, as rows name it: which words can be a name of that.

The lists are closed, as those of the grammar are: of any words that might be let in, some name a
time, a place or a part of the people ("lunch", "Leeds", "mild"), and then the sentence counts
something else. A medicine is told by the ending that its kind shares.

Notes
-----
The endings are those of international nonproprietary names (WHO, The use of stems in the selection
of INN), and their forms in the other languages of the grammar. Each was held against the 39,000
commonest English words: what it shares with "Harrison" or "skyline" is left out.
"""

from __future__ import annotations

import re

from ketcontent.reading.shares import word_list

_GIVEN = word_list(
    """
    placebo placebos dummy sham sugar salt saline water tea milk coffee honey oil herb herbs wort
    medicine medicines drug drugs pill pills tablet tablets capsule capsules drip drips infusion
    infusions injection injections spray sprays patch patches cream gel drops ointment inhaler
    vaccine vaccines treatment treatments therapy therapies care counselling counseling
    psychotherapy physiotherapy acupuncture massage yoga meditation mindfulness hypnosis exercise
    exercises training rehabilitation surgery stimulation diet
    sedative sedatives painkiller painkillers antidepressant antidepressants antibiotic antibiotics
    opioid opioids steroid steroids statin statins anaesthetic anesthetic antihistamine
    vitamin vitamins iron zinc magnesium calcium lithium potassium insulin aspirin paracetamol
    acetaminophen caffeine nicotine alcohol cannabis psilocybin heparin morphine penicillin
    thiopental fentanyl warfarin melatonin methadone codeine ect tms rtms tdcs cbt emdr ssri ssris
    snri snris
    ketamin esketamin plazebo scheinmedikament medikament medikamente beruhigungsmittel tee milch
    wasser zucker kochsalz kochsalzlösung therapie behandlung gesprächstherapie psychotherapie
    verhaltenstherapie zink ekt
    médicament sédatif thé lait eau sucre thérapie psychothérapie traitement soins
    medicamento sedante té leche agua azúcar terapia psicoterapia tratamiento atención litio
    cinc tec
    plasebo ilaç yatıştırıcı sakinleştirici çay süt su şeker terapi tedavi lityum çinko
    كيتامين إسكيتامين دواء وهمي مهدئ علاج شاي حليب ماء
    """
)
"""What people are given."""

_HOW = word_list(
    """
    a an the no non usual standard supportive talking cognitive behavioural behavioral oral nasal
    intravenous repeated active inactive inert family group s r es
    gewöhnliche übliche übliches un une le la les l el los habituels habituel habitual
    """
)
"""What stands before it."""

_AND = word_list("with plus and mit und avec et con y ve ile مع")
"""What joins two of them."""

_WHOLE = re.compile(r"waiting list|warteliste|treatment as usual|st john's wort")

_MEDICINE = re.compile(
    r"""[^\W\d_]{2,}(?:
    (?:tam|zap|tiap|phet|oxet|tript|pyr|hist|nid|prom|thias)in[ea]?|(?:az|am|epr)epam|azolam|zodon[ea]?
    |faxin[ea]?|oxetin[ea]?|tralin[ea]?|alopram|pramin[ea]?|tylin[ea]?|apin[ea]|epin[ea]|idon[ea]
    |piprazol[ea]?|prazol[ea]?|azol[ea]|statin[ea]?|sartan|olol|dipin[eo]?|mycin[ea]?
    |micina|xicillin[ea]?|cilina|cyclin[ea]?|oxacin[eo]?|profen[eo]?|profène|coxib|triptan[e]?|setron
    |barbital|gliptin[ea]?|formin[ea]?|glutid[ea]?|parine|xaban[e]?|gatran|umab|tinib|iclovir
    |dronate?|tadin[ea]?|tirizin[ea]?|morphone|codone?|codona|fentan[iy]l[oe]?|curium|flurane?
    |gabatin[ea]?|gabalin[ea]?|trigin[ea]?|proate?|pirone?|pirona|cetam|tonine|iprone?|asone|solone
    |ampanel|vaptan|peridol|proxen[eo]?|norphin[ea]?|thadon[ea]?|trexon[ea]?|propion|iramat[ea]?
    |opril|apentin[ea]?|omidin[ea]?|pofol|madol|codein[ea]?|prosat[eo]?|ulfiram[eo]?|niclin[ea]?|pidem
    )""",
    re.VERBOSE,
)

_SPACELESS = re.compile(
    "(?!.*[前后後年月週周天女男停休断減减未非無无不])(?:.*[薬药藥剤剂劑]|.*(?:療法|疗法|治療|治疗)"
    "|プラセボ|エ?ス?ケタミン|.*(?:ミン|ゼピン|チアピン|ゼパム|ゾラム|セチン|トラリン)|お?茶|水|牛乳|牛奶"
    "|安慰剂|.*(?:胺酮|西汀|西泮|唑仑|硫平|氮平|舍曲林))"
)
"""The same in writing without spaces."""

_FORM = re.compile(r"^(?:(?:an?|the) )?(?:repeated )?|(?: (?:groups?|arms?|drips?|infusions?))+$")


def fault_of(names: tuple[str, str]) -> str:
    """Return why two names in small letters cannot be what two groups had; empty where they can.

    Examples
    --------
    >>> fault_of(("ketamine", "placebo"))
    ''
    >>> fault_of(("day three", "day nine"))
    "'day' in 'day three' is not known as a medicine or treatment"
    """
    for name in names:
        if strange := _strange(name):
            of = f" in '{name}'" if strange != name else ""
            return f"'{strange}'{of} is not known as a medicine or treatment"
    one, other = (_FORM.sub("", name).removesuffix("s") for name in names)
    if one == other:
        alike = "one name" if names[0] == names[1] else "names that are too much alike"
        return f"both groups have {alike}"
    return ""


def _strange(name: str) -> str:
    """Return what of a name is not known, in a known order; empty where all of it is."""
    if _SPACELESS.fullmatch(name):
        return ""
    plain = _WHOLE.sub("therapy", name)
    if found := re.search(r"[^\w '-]|'s$", plain):
        return found[0]
    parts = [one for one in re.split(r"[ '-]", plain) if one]
    last = ""
    for part in parts:
        kind = _kind(part, last)
        if not kind:
            return part
        last = kind
    return "" if last in ("given", "number") else name


def _kind(part: str, last: str) -> str:
    """Return what a word of a name is, behind another; empty where it cannot stand there."""
    if part in _HOW:
        return "how" if last in ("", "how", "and") else ""
    if part in _AND:
        return "and" if last in ("given", "number") else ""
    if re.fullmatch(r"[a-z]?\d{1,4}", part):
        return "number" if last == "given" else ""
    bare = part.removeprefix("ال")
    return "given" if bare in _GIVEN or _MEDICINE.fullmatch(bare) else ""
