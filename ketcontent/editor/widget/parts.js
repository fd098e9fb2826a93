// A file on its way to the kernel, in parts: the server of the notebook takes no message over 10 MB.

const PART = 3_000_000; // bytes

function inBase64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// Send a file, and return the answer to its last part; null where one was refused.
export async function sent(file, send) {
  const count = Math.max(Math.ceil(file.size / PART), 1);
  let answer = null;
  for (let part = 0; part < count; part += 1) {
    const data = await inBase64(file.slice(part * PART, (part + 1) * PART));
    answer = await send({ name: file.name, part, last: part === count - 1, data });
    if (!answer) return null;
  }
  return answer;
}
