// Times and numbers as text. Pure.

/** A length of time for a countdown: "4:05", "1:02:05", "2 d 3 h". */
export function countdown(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  const minutes = Math.floor(s / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** A length of time for a screen reader: "4 minutes 5 seconds". */
export function spokenLength(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  const parts = [
    [Math.floor(s / 86_400), "day"],
    [Math.floor(s / 3600) % 24, "hour"],
    [Math.floor(s / 60) % 60, "minute"],
    [s % 60, "second"],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}${n === 1 ? "" : "s"}`);
  return said.slice(0, 2).join(" ") || "now";
}

/** The seconds until something rings, `elapsed` ms after the server said so. */
export const left = (coming, elapsed) =>
  coming.phase === "waits" ? Math.max(0, coming.left_s - elapsed / 1000) : coming.left_s;

/** A time in ms: "412 ms", "1.3 s". */
export const duration = (ms) =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** How full a level meter is, 0 to 1: −60 dBFS is empty, −10 dBFS full. */
export const loudness = (dbfs) => Math.min(1, Math.max(0, (dbfs + 60) / 50));

/** The level of samples (−1…1) in dB relative to full scale, at least −90. */
export function level(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.max(-90, 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12));
}
