// The files of a drop, those inside dropped folders included.

const AUDIO = /\.(aac|aiff?|flac|m4a|mp[34]|oga|ogg|opus|wav|webm|wma)$/i;

export function hasFiles(event) {
  return Boolean(event.dataTransfer?.types.includes("Files"));
}

// Entries must be asked for before the first await: the browser empties the transfer when the event is over.
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = await Promise.all(entries.map((entry) => walk(entry, false)));
  return found.flat();
}

async function walk(entry, inFolder) {
  if (entry.isDirectory) {
    const entries = await listing(entry.createReader());
    const found = await Promise.all(entries.map((child) => walk(child, true)));
    return found.flat();
  }
  // An album's folder also holds covers and text files; somebody who drops one by itself is told why it fails.
  if (inFolder && !AUDIO.test(entry.name)) return [];
  return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
}

// A reader hands out a folder in parts, and an empty part at its end.
async function listing(reader) {
  const entries = [];
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    entries.push(...part);
  }
}
