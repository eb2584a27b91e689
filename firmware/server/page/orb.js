// The animation: a circle whose colour is the state and whose outline follows the sound.

/** The custom property of style.css that colours a face. */
const COLOURS = {
  off: "--asleep",
  wait: "--asleep",
  asleep: "--asleep",
  muted: "--asleep",
  listening: "--listening",
  hearing: "--hearing",
  thinking: "--thinking",
  speaking: "--speaking",
  paused: "--speaking",
  error: "--error",
};

/** The faces that are still while nothing is heard: they need few pictures a second. */
const CALM = ["off", "asleep", "muted", "error", "paused"];

/** Points of an outline. */
const POINTS = 72;

/**
 * The radius of an outline at an angle, as a factor: 1 in silence. `layer` is 0 for the innermost,
 * `time` is in s, `loud` 0 to 1. Pure.
 */
export function radius(angle, layer, time, loud) {
  const speed = 0.7 + 0.35 * layer;
  const waves =
    Math.sin(3 * angle + speed * time + layer) * 0.5 +
    Math.sin(5 * angle - 1.3 * speed * time + 2 * layer) * 0.3 +
    Math.sin(2 * angle + 0.5 * speed * time) * 0.2;
  return 1 + (0.012 + 0.13 * loud) * waves + 0.1 * loud * (1 + 0.4 * layer);
}

/** Draws into a canvas. */
export class Orb {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.face = "off";
    this.isStill = false;
    this.target = 0;
    this.loud = 0;
    this.last = 0;
    this.asked = 0;
    this.timer = 0;
    document.addEventListener("visibilitychange", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Shows a state. @param {string} face */
  show(face) {
    if (face === this.face) return;
    this.face = face;
    this.target = 0;
    this.draw();
  }

  /** Follows a level. @param {number} loud 0 to 1 */
  level(loud) {
    this.target = Math.max(loud, this.target * 0.6);
  }

  /** Whether nothing moves. The colour and the symbol still show the state. */
  still(isStill) {
    this.isStill = isStill;
    this.draw();
  }

  /** Draws now, and again as long as anything moves. */
  draw() {
    cancelAnimationFrame(this.asked);
    clearTimeout(this.timer);
    this.asked = requestAnimationFrame((now) => this.#picture(now));
  }

  #picture(now) {
    const { canvas, context } = this;
    const side = canvas.clientWidth;
    if (document.hidden || side === 0) return;
    const scale = Math.min(devicePixelRatio || 1, 2);
    if (canvas.width !== Math.round(side * scale)) {
      canvas.width = canvas.height = Math.round(side * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, side, side);
    // As quick to rise as to be seen, slower to fall.
    const passed = Math.min(0.1, Math.max(0, (now - this.last) / 1000));
    this.last = now;
    const rate = this.target > this.loud ? 18 : 6;
    this.loud += (this.target - this.loud) * Math.min(1, rate * passed);
    this.target *= 1 - Math.min(1, 3 * passed);
    const style = getComputedStyle(canvas);
    const colour = style.getPropertyValue(COLOURS[this.face] ?? "--asleep").trim();
    if (this.isStill) this.#disc(side, colour, 0, 0);
    else this.#disc(side, colour, now / 1000, this.loud);
    if (this.isStill) return;
    const again = () => {
      this.asked = requestAnimationFrame((time) => this.#picture(time));
    };
    if (CALM.includes(this.face)) this.timer = setTimeout(again, 100);
    else again();
  }

  #disc(side, colour, time, loud) {
    const { context } = this;
    const centre = side / 2;
    const base = side * 0.3;
    // A slow breath shows that it is alive.
    const breath = this.isStill ? 1 : 1 + 0.015 * Math.sin(time * 1.6);
    const layers = [
      { size: 1.42, alpha: 0.1 },
      { size: 1.22, alpha: 0.2 },
      { size: 1, alpha: 1 },
    ];
    layers.forEach(({ size, alpha }, index) => {
      const layer = layers.length - 1 - index;
      context.beginPath();
      for (let point = 0; point <= POINTS; point += 1) {
        const angle = (point / POINTS) * 2 * Math.PI;
        const wave = this.isStill ? 1 : radius(angle, layer, time, loud * (0.4 + 0.3 * layer));
        const r = Math.min(centre, base * size * breath * wave);
        const [x, y] = [centre + r * Math.cos(angle), centre + r * Math.sin(angle)];
        if (point === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.closePath();
      context.globalAlpha = alpha;
      context.fillStyle = colour;
      context.fill();
      if (layer === 0) this.#shine(centre, base);
    });
    context.globalAlpha = 1;
    if (this.face === "thinking" || this.face === "wait") this.#turning(centre, base, time, colour);
  }

  /** A light from above, so that it looks round. */
  #shine(centre, base) {
    const { context } = this;
    const light = context.createRadialGradient(
      centre - base * 0.35, centre - base * 0.5, base * 0.1,
      centre, centre, base * 1.25,
    );
    light.addColorStop(0, "rgb(255 255 255 / 38%)");
    light.addColorStop(0.6, "rgb(255 255 255 / 0%)");
    light.addColorStop(1, "rgb(0 0 0 / 16%)");
    context.fillStyle = light;
    context.fill();
  }

  #turning(centre, base, time, colour) {
    const { context } = this;
    const begin = this.isStill ? -Math.PI / 2 : time * 3;
    context.beginPath();
    context.arc(centre, centre, base * 1.3, begin, begin + Math.PI * 0.6);
    context.lineWidth = Math.max(3, base * 0.05);
    context.lineCap = "round";
    context.strokeStyle = colour;
    context.stroke();
  }
}
