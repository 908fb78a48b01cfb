// The token and the workspace stamp every write carries, and fetch with the API's error format.
import { $ } from "./dom.js";

export function token() {
  return $("meta[name=csrf-token]")?.content ?? "";
}

/**
 * Headers for a request that may write.
 * @returns {Record<string, string>}
 */
export function headers() {
  const found = { "X-CSRFToken": token() };
  const workspace = document.body.dataset.workspace;
  if (workspace) found["X-Workspace"] = workspace;
  return found;
}

export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {any} body the answer, if it was JSON
   */
  constructor(status, body) {
    super(sentence(status, body));
    this.status = status;
    this.code = body?.details?.code ?? body?.error ?? "";
    this.details = body?.details ?? {};
  }
}

/** @type {Record<number, string>} */
const SENTENCES = {
  401: "You are logged out. Log in and try again.",
  403: "You may not do this.",
  404: "This does not exist any more.",
  409: "This changed in the meantime. Reload and try again.",
  413: "That is too large.",
  429: "Too many tries. Wait a moment, then try again.",
};

/**
 * The server's own sentence, or ours for the status.
 * @param {number} status
 * @param {any} body
 * @returns {string}
 */
export function sentence(status, body) {
  if (body?.message) return body.message;
  return SENTENCES[status] ?? (status >= 500 ? "Something went wrong on our side. Try again in a moment." : "That did not work.");
}

/**
 * JSON in, JSON out; throws ApiError with a sentence for a person.
 * @param {string} url
 * @param {{ method?: string, body?: unknown, signal?: AbortSignal, extra?: Record<string, string> }} [options]
 * @returns {Promise<any>}
 */
export async function api(url, { method = "GET", body, signal, extra = {} } = {}) {
  const response = await fetch(url, {
    method,
    signal,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers(),
      ...extra,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}
