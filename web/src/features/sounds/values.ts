/** The longest file that the server takes, in bytes. */
export const LONGEST_FILE = 10 * 1024 * 1024;
/** Characters of a sound's name. */
export const NAME_CHARS = 64;
/** What file pickers offer. */
export const ACCEPTED = ".wav,.wave,.mp3,audio/wav,audio/x-wav,audio/mpeg";

/** How a file is announced to the server, which looks at what it holds. */
export function kindOf(file: string): string {
  return /\.mp3$/i.test(file) ? "audio/mpeg" : "audio/wav";
}

/** The name that a sound from this file gets if nobody types another. */
export function nameOf(file: string): string {
  const bare = file.replace(/\.[^.]+$/, "").trim();
  return [...bare].slice(0, NAME_CHARS).join("");
}
