// Asks the server which files it has already, by their SHA-256, so that nothing is sent twice.

const LARGEST = 50 * 2 ** 20;
const GROUP = 25;
const GROUP_BYTES = 64 * 2 ** 20;

export class Known {
  #url;
  #token;
  #answers = new Map();
  #hashes = new WeakMap();

  constructor(url, token) {
    this.#url = url;
    this.#token = token;
  }

  // Resolves to the song that `file` is already, or to null. Asks for some of those that come next as well.
  song(file, next) {
    if (!this.#answers.has(file)) {
      const group = this.#group(file, next);
      const asked = this.#ask(group);
      for (const other of group) this.#answers.set(other, asked.then((songs) => songs.get(other) ?? null));
    }
    return this.#answers.get(file);
  }

  // The hash of a file that was asked for, or undefined: by it the server sees whether the file changed on its way.
  hash(file) {
    return this.#hashes.get(file);
  }

  // After a lost connection nobody knows whether it arrived.
  forget(file) {
    this.#answers.delete(file);
    this.#hashes.delete(file);
  }

  #group(file, next) {
    let bytes = file.size;
    const group = [file];
    for (const other of next) {
      bytes += other.size;
      if (group.length >= GROUP || bytes > GROUP_BYTES) break;
      if (!this.#answers.has(other)) group.push(other);
    }
    return group;
  }

  async #ask(group) {
    const hashes = new Map();
    for (const file of group) {
      const hash = await hashOf(file);
      if (!hash) continue;
      hashes.set(file, hash);
      this.#hashes.set(file, hash);
    }
    const songs = hashes.size ? await this.#post(new Set(hashes.values())) : {};
    return new Map([...hashes].map(([file, hash]) => [file, songs[hash]]));
  }

  // Whatever goes wrong here, sending the file is always right.
  async #post(hashes) {
    const body = new URLSearchParams([...hashes].map((hash) => ["sha256", hash]));
    const headers = { Accept: "application/json", "X-CSRFToken": this.#token };
    try {
      const response = await fetch(this.#url, { method: "POST", headers, body, redirect: "manual" });
      return response.ok ? (await response.json()).songs : {};
    } catch {
      return {};
    }
  }
}

// Only a page that came safely has crypto.subtle; it takes a file whole, so none that would fill the memory.
async function hashOf(file) {
  if (!crypto.subtle || !file.size || file.size > LARGEST || file.name.toLowerCase().endsWith(".zip")) return null;
  try {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return null;
  }
}
