// Changes the rate of a stream of samples, for a microphone whose rate is not the server's.

/** Zero crossings of the filter on each side. */
const REACH = 16;

/**
 * A windowed-sinc resampler (Blackman window) for a stream: blocks of any length give the same
 * samples. Its delay is 16 samples of the lower rate.
 */
export class Resampler {
  /** @param {number} from Hz @param {number} to Hz */
  constructor(from, to) {
    Object.assign(this, { from, to });
    // Below the half of the lower rate.
    this.cutoff = Math.min(1, to / from) * 0.94;
    this.half = Math.ceil(REACH / Math.min(1, to / from));
    this.kept = new Float32Array(2 * this.half);
    /** The filter of each fraction of a sample that occurs. */
    this.filters = new Map();
    /** The number of the next sample of the output, and of the first that is kept of the input. */
    this.next = 0;
    this.first = -2 * this.half;
  }

  /** The output that the next `input` completes. @param {Float32Array} input */
  push(input) {
    if (this.from === this.to) return Float32Array.from(input);
    const all = new Float32Array(this.kept.length + input.length);
    all.set(this.kept);
    all.set(input, this.kept.length);
    const output = [];
    for (;;) {
      // In whole numbers, so that nothing adds up.
      const at = this.next * this.from;
      const centre = Math.floor(at / this.to) - this.half - this.first;
      if (centre + this.half >= all.length) {
        const done = Math.max(0, centre - this.half);
        this.kept = all.slice(done);
        this.first += done;
        return Float32Array.from(output);
      }
      const filter = this.#filter(at % this.to);
      const begin = centre - this.half + 1;
      let sum = 0;
      for (let n = 0; n < filter.length; n += 1) sum += all[begin + n] * filter[n];
      output.push(sum);
      this.next += 1;
    }
  }

  /** The filter around a sample that is `remainder / to` after one of the input. */
  #filter(remainder) {
    const known = this.filters.get(remainder);
    if (known) return known;
    const filter = Float64Array.from({ length: 2 * this.half }, (_, n) => {
      const x = n + 1 - this.half - remainder / this.to;
      const u = x / this.half;
      if (Math.abs(u) >= 1) return 0;
      const window = 0.42 + 0.5 * Math.cos(Math.PI * u) + 0.08 * Math.cos(2 * Math.PI * u);
      const angle = Math.PI * x * this.cutoff;
      return (angle === 0 ? 1 : Math.sin(angle) / angle) * window * this.cutoff;
    });
    this.filters.set(remainder, filter);
    return filter;
  }
}

/** Samples (−1…1) as 16-bit whole numbers. */
export function toPcm(samples) {
  const pcm = new Int16Array(samples.length);
  for (let n = 0; n < samples.length; n += 1) {
    pcm[n] = Math.max(-32768, Math.min(32767, Math.round(samples[n] * 32768)));
  }
  return pcm;
}
