// Puts the state of the page into the document.

import { duration } from "./format.js";
import { toCome } from "./state.js";

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A button with a symbol: a path in a box of 24 by 24. */
export function symbolButton(label, path, className, onclick) {
  const button = element("button", { type: "button", class: className, "aria-label": label, onclick });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  button.append(svg);
  return button;
}

const id = (name) => document.getElementById(name);

/** Sets a text only if it changes, so that a screen reader is not disturbed. */
export function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** The texts of the links that are not open, for the head of the page. */
const LINKS = { connecting: "connecting …", lost: "no connection", refused: "sign in needed", busy: "busy" };

/** Shows what changes often. `face` is that of state.js. */
export function render(state, face) {
  id("app").dataset.face = face.face;
  put(id("label"), face.label);
  put(id("hint"), face.hint);
  put(id("link"), LINKS[state.link] ?? (state.music ? `♪ ${state.music.title}` : ""));
  const mute = id("mute");
  mute.setAttribute("aria-pressed", String(state.muted));
  put(id("partial"), state.partial);
  put(id("spoken"), state.spoken);
  put(id("to-come"), toCome(state));
  id("reply").toggleAttribute("data-empty", !state.spoken && !state.written);
  const begun = state.exchanges.length > 0 || state.partial || state.spoken || state.written;
  id("welcome").hidden = Boolean(begun);
}

/** The element of each exchange. */
const shown = new Map();

/** Shows the exchanges; only new ones are added, and those that are gone are removed. */
export function renderLog({ exchanges, turns }, showStages) {
  for (const [exchange, made] of shown) {
    if (!exchanges.includes(exchange)) {
      made.remove();
      shown.delete(exchange);
    }
  }
  for (const exchange of exchanges) {
    if (shown.has(exchange)) continue;
    const made = exchangeOf(exchange, turns.find(({ turn }) => turn === exchange.turn));
    shown.set(exchange, made);
    id("log").append(made);
  }
  for (const details of id("log").querySelectorAll("details")) details.hidden = !showStages;
}

function exchangeOf({ you, sayso, cut, stopped }, times) {
  const answer = stopped ? "" : sayso + (cut ? " …" : "");
  return element(
    "div",
    { class: "exchange" },
    you ? element("p", { class: "you" }, you) : null,
    answer ? element("p", { class: "sayso" }, element("span", { class: "only-heard" }, "Sayso: "), answer) : null,
    times ? stagesOf(times) : null,
  );
}

/** The stage times of a turn. */
function stagesOf({ stages, voiceToVoice }) {
  const whole = stages.reduce((sum, { ms }) => sum + ms, 0);
  const heard = voiceToVoice === null ? duration(whole) : duration(voiceToVoice);
  const details = element("details", { class: "stages" }, element("summary", {}, `answered in ${heard}`));
  for (const { name, ms } of stages) {
    const label = `${name}: ${duration(ms)}`;
    details.append(
      element(
        "div",
        { class: "stage" },
        element("span", {}, name),
        element("meter", { min: 0, max: Math.max(1, whole), value: ms, "aria-label": label }),
        element("span", {}, duration(ms)),
      ),
    );
  }
  return details;
}

/** Shows the notices. `remove` gets the number of one that is closed. */
export function renderNotices(state, remove) {
  const cross = "M6 6l12 12M18 6 6 18";
  id("notices").replaceChildren(
    ...state.notices.map(({ number, kind, text }) =>
      element(
        "div",
        { class: `notice ${kind}` },
        element("p", {}, text),
        symbolButton("Close this notice", cross, "round", () => remove(number)),
      ),
    ),
  );
}

/** Examples that can be tapped, until something was said. */
export function renderWelcome(examples, ask) {
  id("welcome").replaceChildren(
    element("h2", {}, "What can I do for you?"),
    element("p", {}, "Ask aloud, or tap an example."),
    element(
      "ul",
      {},
      ...examples.map((text) =>
        element("li", {}, element("button", { type: "button", class: "suggestion", onclick: () => ask(text) }, text)),
      ),
    ),
  );
}
