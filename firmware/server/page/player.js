// What the loudspeaker does with the server's sound, sample by sample. Pure.

/**
 * Sound has places: the number of samples since the connection began. The server counts on them to
 * know what was heard.
 */
export class Player {
  constructor() {
    /** Pieces of sound, and stops, in their order. */
    this.queue = [];
    /** How much of the first piece is played. */
    this.offset = 0;
    /** The place of the next sample. */
    this.place = 0;
    /** The stops that were carried out, and the place of the last one. */
    this.stops = 0;
    this.base = 0;
    /** Samples that wait. */
    this.waiting = 0;
    /** Samples of silence since the last sound. */
    this.silent = 0;
  }

  /** Adds sound whose first sample has the place `at`. @param {Int16Array} pcm */
  add(at, pcm) {
    if (pcm.length === 0) return;
    const samples = new Float32Array(pcm.length);
    for (let n = 0; n < pcm.length; n += 1) samples[n] = pcm[n] / 32768;
    this.queue.push({ at, samples });
    this.waiting += samples.length;
  }

  /**
   * Plays up to the place `at`, fades out over the `fade` samples before it, and drops what is
   * after it. If that place is over, it fades out now. The next sound begins at `at`.
   */
  stop(at, fade) {
    const end = Math.max(at, Math.min(this.place + fade, this.#end()));
    const kept = [];
    this.queue.forEach((item, index) => {
      if (item.stop) {
        kept.push(item);
        return;
      }
      const length = Math.min(item.samples.length, Math.max(0, end - item.at));
      const begun = index === 0 ? this.offset : 0;
      if (length <= begun) {
        if (index === 0) this.offset = 0;
        return;
      }
      const samples = item.samples.slice(0, length);
      for (let n = Math.max(begun, 0); n < length; n += 1) {
        const before = end - (item.at + n);
        if (before <= fade) samples[n] *= (before - 1) / Math.max(1, fade);
      }
      kept.push({ at: item.at, samples });
    });
    kept.push({ stop: true, at });
    this.queue = kept;
    this.waiting = kept.reduce((sum, item, index) => {
      const begun = index === 0 ? this.offset : 0;
      return sum + (item.stop ? 0 : item.samples.length - begun);
    }, 0);
    this.#pass();
  }

  /** The place after all sound that waits. */
  #end() {
    const last = this.queue.findLast((item) => !item.stop);
    return last ? last.at + last.samples.length : this.place;
  }

  /** Carries out the stops that have been reached. */
  #pass() {
    while (this.queue[0]?.stop) {
      this.place = this.queue.shift().at;
      this.base = this.place;
      this.stops += 1;
    }
  }

  /** Fills `output` with the next samples, or silence. @param {Float32Array} output */
  play(output) {
    for (let n = 0; n < output.length; n += 1) {
      const item = this.queue[0];
      if (!item) {
        output.fill(0, n);
        this.silent += output.length - n;
        return;
      }
      if (this.offset === 0) this.place = item.at;
      output[n] = item.samples[this.offset];
      this.offset += 1;
      this.place += 1;
      this.waiting -= 1;
      this.silent = 0;
      if (this.offset === item.samples.length) {
        this.queue.shift();
        this.offset = 0;
        this.#pass();
      }
    }
  }
}

/** Which sample is heard now, from the reports of a player whose device is late. */
export class Ear {
  constructor() {
    this.stops = 0;
    this.place = 0;
  }

  /** The place that is heard, if the device is `delay` samples late. It goes back only at a stop. */
  hears({ place, stops, base, silent }, delay) {
    if (stops !== this.stops) [this.stops, this.place] = [stops, base];
    this.place = Math.max(this.place, place - Math.max(0, delay - silent));
    return this.place;
  }
}
