// The dialog with the settings.

import { CHOICES, checked } from "./settings.js";
import { put } from "./view.js";

const id = (name) => document.getElementById(name);

export class SettingsDialog {
  /** `onChange` gets the settings when one was changed, `onVolume` a factor. */
  constructor({ settings, onChange, onVolume }) {
    this.settings = settings;
    this.dialog = id("settings");
    this.form = this.dialog.querySelector("form");
    this.#fill();
    this.form.addEventListener("change", ({ target }) => {
      if (!target.name) return;
      this.settings = checked({ ...this.settings, [target.name]: target.value });
      this.#values();
      onChange(this.settings);
    });
    id("volume").addEventListener("input", () => this.#values());
    id("volume").addEventListener("change", () => onVolume(Number(id("volume").value)));
    // A tap beside it closes it.
    this.dialog.addEventListener("click", ({ target }) => {
      if (target === this.dialog) this.close();
    });
  }

  /** Opens it. */
  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  close() {
    this.dialog.close();
  }

  /** Shows the volume. */
  volume(factor) {
    id("volume").value = String(factor);
    this.#values();
  }

  #fill() {
    for (const name of Object.keys(CHOICES)) {
      const field = this.form.elements[name];
      if (field) field.value = String(this.settings[name]);
    }
    this.#values();
  }

  #values() {
    put(id("volume-value"), `${Math.round(Number(id("volume").value) * 100)} %`);
  }
}
