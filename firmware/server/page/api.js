// Requests to the server, besides the conversation.

/** Requests that fail return `null`; the page goes on without what they would have told. */
export class Api {
  /** `onRefused` is called when the server asks for its token. */
  constructor({ onRefused, base = document.baseURI }) {
    Object.assign(this, { onRefused, base });
  }

  /** The address of a path beside the page. */
  address(path) {
    return new URL(path, this.base);
  }

  /** Reads JSON. */
  get(path) {
    return this.#fetch(path, {});
  }

  /** Puts JSON in the place of what is there. */
  put(path, body) {
    const headers = { "content-type": "application/json" };
    return this.#fetch(path, { method: "PUT", headers, body: JSON.stringify(body) });
  }

  /** Removes what is there. */
  remove(path) {
    return this.#fetch(path, { method: "DELETE" });
  }

  async #fetch(path, options) {
    try {
      const answer = await fetch(this.address(path), options);
      if (answer.status === 401) this.onRefused();
      return answer.ok && answer.status !== 204 ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}
