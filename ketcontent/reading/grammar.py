"""The small words around a number of people, in six languages together.

English, German, French, Spanish, Turkish and Arabic, and what stands beside a number in Chinese and
Japanese. A word that one language has for something harmless and another for a denial is a denial.
None of it has been read by a native speaker of the other languages: they only decide whether a
picture is drawn, and a word that is missing draws none.
"""

from __future__ import annotations

import re

from ketcontent.reading.shares import PEOPLE, word_list
from ketcontent.reading.words import NUMBERS


def _phrases(lines: str) -> frozenset[str]:
    return frozenset(one.strip() for one in lines.replace("\n", ",").split(",") if one.strip())


WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*|\S")

CUTTING_SIGNS = frozenset(",;:()[]—،؛")

NUMBER_WORDS = NUMBERS - {"half"} | word_list(
    "hundreds thousands millions billions tausend millionen mille mil"
)

SHORT = word_list("vs ca approx")
"""Words that are written with a stop behind them."""

JOINS = _phrases(
    """
    and, but, while, whereas, and of those, and among those
    und, aber, während
    et, mais, tandis que, alors que
    y, e, pero, mientras que
    ve, ama
    و, بينما, في حين
    """
)
"""What starts another clause that says the same of another group."""

CONTRASTS = _phrases(
    """
    versus, vs, against, than, compared with, compared to, as compared with, in comparison with
    gegenüber, gegen, als, verglichen mit, im vergleich zu, im vergleich zum
    contre, comparé à, par rapport à
    contra, frente a, frente al, comparado con, en comparación con
    مقابل, مقارنة مع
    """
)
"""What holds one group against another."""

NO_LEADS = word_list("than als")
"""Those of them that may belong to the number: more than 64."""

ABOUT = word_list(
    """
    about around roughly approximately approx circa ca only just some the
    etwa rund ungefähr zirka nur die der
    environ seulement les le
    aproximadamente unos unas solo sólo el los las un
    yaklaşık sadece yalnızca
    حوالي نحو فقط
    """
)
"""What may stand before a number and leaves it the number it is."""

_TURKISH = word_list(
    """
    grubunda grubundaki grubundakilerin kişilerin hastaların ile sonra alanlarda alanların
    verilenlerde verilenlerin kullananlarda
    """
)
"""What stands behind the name of a group there."""

LEADS = (
    _TURKISH
    | PEOPLE
    | word_list(
        """
        in with for was were is are been being that trial study group arm those them it had helped
        affected days weeks months years hours later
        bei mit es waren war sind wurden dass gruppe
        chez pour étaient dans groupe
        en fueron eran grupo
        لدى عند في كان كانت
        """
    )
)
"""What may stand directly before a number."""

ARTICLES = word_list(
    """
    the a an this that its their
    der die das dem den des ein eine einem einen einer
    le la les l ' un une
    el los las una unos unas
    """
)

WITH = word_list(
    """
    on with after in for given taking receiving using to by
    mit nach unter bei auf zu im beim
    avec après sous pour dans
    con tras bajo para en
    مع بعد على في لدى عند
    """
)
"""What may stand before the name of what people had."""

TAKES = word_list(
    "had have has took take got get received receive bekamen erhielten reçu recibieron"
)
"""Verbs of the same, behind a word for who."""

WHO = word_list("who that those die qui que الذين")

AUXILIARIES = word_list("been be was were had have has being ever to who that")

OF = word_list("of de du d del von من")
OF_WHAT = word_list(
    """
    dose doses drip drips infusion infusions course courses day days week weeks month months year
    years hours trial study group groups drips
    tagen wochen monaten gabe groupe jours semaines mois dose días semanas meses grupo después
    """
)
"""What may stand before "of" and the name."""

COUNTED = PEOPLE | word_list("of the all those them der die des den de los las les la el")
"""What may stand between a number and what it is said to be of."""

CHANGES = (
    _phrases(
        """
        million, billion, thousand, hundred, dozen, point, points, percentage, fewer, more, less
        higher, lower, greater, larger, smaller, better, worse, faster, slower, longer, shorter
        reduction, increase, decrease, drop, rise, fall, decline, improvement, difference, times
        to, or, out of, at least, at most, at best, at worst, time, hour, day, week, month, year
        dose, hours, days, weeks, months, years, doses, trials, studies, trial, study, countries
        score, scores, mg, ml, g, mcg, kg, km, years old, minutes, seconds, ci, chance, risk
        tablets, pills, sprays, sessions, treatments, infusions, drips, visits, hospitals, clinics
        mio, mrd, tausend, punkte, punkten, prozentpunkte, prozentpunkten, mehr, weniger, höher
        niedriger, besser, schlechter, bis, oder, tage, tagen, wochen, monate, jahre, zeit, studien
        points, plus, moins, mille, jours, semaines, mois, ans, ou, temps, fois, études
        puntos, más, menos, mil, millones, días, semanas, meses, años, veces, tiempo, estudios
        puan, daha, fazla, az, bin, milyon, veya, gün, hafta, ay, yıl
        نقطة, نقاط, مليون, ألف, أكثر, أقل, أو, يوم, يوما, أسبوع, شهر, سنة
        """
    )
    | NUMBER_WORDS
)
"""What may not stand behind a number: it makes another of it, or one of something else."""

RANGES = word_list("a à ile through until and in per von de sur من")

DENIES = word_list(
    """
    not no never none nobody neither nor without nothing cannot hardly scarcely unlike except off
    stopped stopping instead rather false wrong untrue myth doubtful
    nicht kein keine keinen keinem keiner nie niemals ohne weder niemand falsch abgesetzt
    ne n pas sans jamais aucun aucune ni non faux
    sin nunca ningún ninguna ninguno tampoco jamás falso
    değil olmayan yok hayır hiçbir almayan almayanlarda yanlış
    لا لم ليس ليست لن غير دون بدون بلا ليسوا خطأ
    """
)

UNTRUE = word_list("false wrong untrue myth falsch faux falso yanlış خطأ reverse umgekehrt inverse")

APART = word_list("before until outside besides other others vor avant antes önce قبل")
"""What sets a group apart from the name that follows."""

ALL = word_list(
    "all both everyone everybody altogether total overall combined together either alle"
)

UNREAL = word_list(
    """
    if hoped expected planned aimed predicted thought believed assumed guessed would should
    wenn falls erwartet gehofft geplant würde würden sollte sollten si serait seraient attendu
    sería serían esperado
    """
)
"""What makes of a number one that nobody counted."""

MEASURES = word_list(
    """
    score scores level levels difference differences concentration bioavailability dose mean average
    median ratio odds price cost differenz unterschied spiegel mittelwert différence écart moyenne
    diferencia media fark ortalama
    """
)
"""What a percentage is of that is none of people."""

OTHERWISE = word_list(
    "was is ended ends stopped withdrawal wore or plus with without oder mit ou o con sans sin ohne"
)
"""What may not stand behind the name of what people had: it ends it, or adds to it."""

WHEN = word_list("it then this day days week weeks month months year years hour hours last first")
"""What may stand behind "after" or "on" where no group is named."""

THAT = word_list("that whether dass ob que si أن : إن")
"""What a clause that is denied starts with."""

MOVED = word_list("switched changed moved umgestellt passés cambiados")
"""What was done with a group, where the clause cannot say that it is the outcome."""

SOME = word_list(
    """
    adults children women men babies erwachsene erwachsenen kinder kindern frauen männer männern
    adultes enfants femmes hommes adultos niños mujeres hombres
    """
)
"""Words for people that say which."""

FREE = (
    (
        ARTICLES
        | WITH
        | OF
        | PEOPLE
        | ABOUT
        | WHO
        | _TURKISH
        | word_list("group groups arm gruppe groupe grupo it there treated ise i ü ı u si sı sü")
    )
    - word_list("die zu auf an")
    - SOME
)
"""Words that do not say of what a number is; what is a verb in one of the languages does."""

ADVERBIAL = word_list(
    """
    in of at after among for during on a the one
    in bei nach von an auf
    dans en chez sur après de
    en de tras después
    في بعد
    """
)
"""How a clause starts that says when or where, and nothing of an outcome."""

SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

CLOSED_UP_CUT = re.compile(r"[、，,;；:：（）()]")
CLOSED_UP_LEAD = r"(?:一方|また|そして|在|而|用|使用|接受|服用)?"
CLOSED_UP_LINK = (
    r"(?:投与群|治療群|群|组|組|治疗组|治療組)?"
    r"(?:では|でも|は|で|の|中|的|的患者|后|後|後に|後は|後では|を受けた)?有?"
)
"""What may stand between the name of a group and its number."""
CLOSED_UP_BEHIND = re.compile(
    r"(?!以上|以下|未満|未满|超|強|弱|近|前後|前后|左右|ポイント|个百分点|個百分點|増|減|增|减|万|萬|億|亿|千|百|倍"
    r"|割|では|でも|じゃ|も|ほど|至|到|から|多|余|餘|分|强|不|点)"
    rf"(?:{SPACELESS.pattern}|[。｡!！])"
)
"""What may stand directly behind a number: no word that makes another of it."""
CLOSED_UP_FREE = re.compile(r"^(?:が|で|に|の人が|的人|的患者)|(?:し|した|しました)?[。｡!！.]*$")
CLOSED_UP_DENIES = re.compile("[不没沒無无未非]|ない|なかった|ません")
CLOSED_UP_TELLS = re.compile("か[。｡]?$|かどうか|という|との|誤|误|嘘|吗|嗎|说法|假")
"""What makes of a sentence one that asks, or talks of what is said."""
