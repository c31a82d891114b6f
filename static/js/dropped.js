// The files of a drop or of a chosen folder, those inside folders inside included.

export function hasFiles(event) {
  return Boolean(event.dataTransfer?.types.includes("Files"));
}

// Returns { files, left }: `left` counts what lay in folders and is no song. `kinds` are the extensions of songs.
// Entries must be asked for before the first await: the browser empties the transfer when the event is over.
export async function filesOf(transfer, kinds) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return { files: [...transfer.files], left: 0 };
  const found = { files: [], left: 0 };
  for (const entry of entries) await walk(entry, kinds, false, found);
  return found;
}

// Browsers list a chosen folder in no order; albums have one.
export function songsOf(files, kinds) {
  const songs = files.filter((file) => isSong(file.name, kinds));
  songs.sort((a, b) => inOrder(a.webkitRelativePath, b.webkitRelativePath));
  return { files: songs, left: files.length - songs.length };
}

const inOrder = (one, other) => one.localeCompare(other, undefined, { numeric: true });

function isSong(name, kinds) {
  return !name.startsWith(".") && kinds.some((kind) => name.toLowerCase().endsWith(kind));
}

async function walk(entry, kinds, inFolder, found) {
  if (entry.isDirectory) {
    for (const child of await listing(entry.createReader())) await walk(child, kinds, true, found);
    return;
  }
  // An album's folder also holds covers and text files; somebody who drops one by itself is told why it fails.
  const file = (!inFolder || isSong(entry.name, kinds)) && (await opened(entry));
  if (file) found.files.push(file);
  else found.left += 1;
}

// A file that vanished since the drop is none; the others go on.
function opened(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}

// A reader hands out a folder in parts of a hundred, and an empty part at its end.
async function listing(reader) {
  const entries = [];
  for (;;) {
    const part = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!part.length) return entries.sort((a, b) => inOrder(a.name, b.name));
    entries.push(...part);
  }
}
