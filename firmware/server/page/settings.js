// Settings of this browser. Pure but for `load` and `save`.

const KEY = "sayso.settings";

/** The settings and their choices; the first is the default. */
export const CHOICES = {
  mode: ["hands-free", "push-to-talk"],
  theme: ["system", "light", "dark"],
  motion: ["system", "less"],
  stages: ["hide", "show"],
};

/** All settings as they are without a choice. */
export const defaults = () => ({
  ...Object.fromEntries(Object.entries(CHOICES).map(([name, all]) => [name, all[0]])),
});

/** `saved` with only what is valid. */
export function checked(saved) {
  const settings = defaults();
  for (const [name, choices] of Object.entries(CHOICES)) {
    if (choices.includes(saved?.[name])) settings[name] = saved[name];
  }
  return settings;
}

/** The settings that were saved in this browser. */
export function load(storage) {
  try {
    return checked(JSON.parse(storage.getItem(KEY) ?? "{}"));
  } catch {
    return defaults();
  }
}

/** Saves them in this browser, if it allows that. */
export function save(storage, settings) {
  try {
    storage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A private window may not; then they last as long as the page.
  }
}

/**
 * What the address says: `?kiosk` for a screen that stands somewhere, `?idle=SECONDS` for when a
 * kiosk forgets what was said, `?name=` for the name of its board, `?title=` for the head of the page,
 * `?mode=` for how to talk, `?transport=webrtc` or `websocket` for how sound travels.
 */
export function fromAddress(search) {
  const params = new URLSearchParams(search);
  const idle = Number(params.get("idle") ?? 60);
  return {
    kiosk: params.has("kiosk"),
    idle: Number.isFinite(idle) && idle >= 5 ? idle : 60,
    name: (params.get("name") ?? "").slice(0, 60),
    title: (params.get("title") ?? "").slice(0, 60),
    mode: CHOICES.mode.includes(params.get("mode")) ? params.get("mode") : null,
    transport: ["webrtc", "websocket"].includes(params.get("transport")) ? params.get("transport") : null,
  };
}
