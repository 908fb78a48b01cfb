// The upload tray: drop anywhere, many at once, pause, resume, cancel, retry; broken uploads go on where they stopped.
import { Upload } from "tus-js-client";
import { headers } from "../lib/csrf.js";
import { $, onArrival } from "../lib/dom.js";
import { refusal, speed, titleOf } from "../lib/files.js";
import { Row } from "../lib/tray.js";

const CHUNK = 8 * 1024 * 1024;
const AT_ONCE = 2;
const DELAYS_MS = [0, 1000, 3000, 8000, 20000];

function fingerprint(file, options) {
  const parts = ["elevo", document.body.dataset.workspace ?? "", options.endpoint, options.metadata.purpose ?? "", file.name, file.size, file.lastModified];
  return Promise.resolve(parts.join("|"));
}

function bodyOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody());
  } catch {
    return null; // no answer, or one that is not ours
  }
}

const statusOf = (error) => error?.originalResponse?.getStatus() ?? 0;

function sentenceOf(error) {
  const status = statusOf(error);
  if (!status) return "The connection broke. Retry goes on from here.";
  const body = bodyOf(error);
  if (body?.message) return body.message;
  if (status === 413) return "The file is too large.";
  if (status === 401) return "You are logged out. Log in, then retry.";
  return `The server refused it (${status}).`;
}

/** Whether only this chunk went wrong: it arrived short or damaged, and nothing of it was kept. */
const chunkLost = (error) => statusOf(error) === 460 || bodyOf(error)?.details?.code === "chunk_broken";

/** A refusal that no retry can heal: the file itself is the reason. */
const isFinal = (error) => [400, 402, 403, 413, 415, 422].includes(statusOf(error)) && !chunkLost(error);

class Tray {
  constructor(root) {
    this.root = root;
    this.list = $("[data-upload-list]", root);
    this.endpoint = root.dataset.endpoint;
    this.maxBytes = Number(root.dataset.maxBytes) || 0;
    this.jobs = [];
    this.input = $("[data-upload-input]", root);
    this.input?.addEventListener("change", () => {
      this.take(this.input.files);
      this.input.value = "";
    });
    this.listenForDrops();
    const { workspace } = document.body.dataset;
    if (workspace) document.body.addEventListener(`ws:workspace:${workspace}`, (event) => this.news(event.detail?.data));
  }

  /** What became of a video after its upload; the page does not keep saying that it is being checked. */
  news(data) {
    const job = data?.video_id && this.jobs.find((one) => one.videoId === data.video_id && one.row.state === "done");
    if (!job) return;
    const words = { processed: "ready", failed: data.error };
    job.row.set("done", words[data.status] || data.stage_label || "it is being checked now");
  }

  listenForDrops() {
    const veil = $("[data-upload-veil]", this.root);
    let depth = 0;
    const show = (on) => {
      veil.hidden = !on;
      if (!on) depth = 0;
    };
    const carriesFiles = (event) => this.root.isConnected && event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragenter", (event) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      show(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!carriesFiles(event)) return;
      depth -= 1;
      if (depth <= 0) show(false);
    });
    document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      show(false);
      this.take(event.dataTransfer?.files ?? []);
    });
    window.elevo?.onEscape("drag", () => {
      if (veil.hidden) return false;
      show(false);
      return true;
    });
  }

  take(files) {
    $("[data-upload-tray]", this.root).hidden = false;
    for (const file of files) this.add(file);
    this.next();
  }

  add(file) {
    const job = { file, samples: [], upload: null };
    job.row = new Row(file.name, file.size, (what) => this[what](job));
    this.list.append(job.row.root);
    this.jobs.push(job);
    const reason = refusal(file, this.maxBytes, { pictures: this.root.dataset.purpose === "media" });
    if (reason) job.row.set("refused", reason);
    else job.row.set("waiting");
    this.summary();
  }

  next() {
    const sending = this.jobs.filter((job) => job.row.state === "sending").length;
    for (const job of this.jobs.filter((one) => one.row.state === "waiting").slice(0, AT_ONCE - sending)) this.send(job);
    this.summary();
  }

  async send(job) {
    job.row.set("sending");
    job.upload ??= this.make(job);
    if (!job.upload.url) {
      const earlier = await job.upload.findPreviousUploads();
      if (earlier.length) job.upload.resumeFromPreviousUpload(earlier[0]);
    }
    if (job.row.state === "sending") job.upload.start();
  }

  make(job) {
    const { file } = job;
    const metadata = { filename: file.name, filetype: file.type || "application/octet-stream", title: titleOf(file.name) };
    if (this.root.dataset.purpose) metadata.purpose = this.root.dataset.purpose;
    if (this.root.dataset.folder) metadata.folder = this.root.dataset.folder;
    return new Upload(file, {
      endpoint: this.endpoint,
      chunkSize: CHUNK,
      retryDelays: DELAYS_MS,
      fingerprint,
      removeFingerprintOnSuccess: true,
      metadata,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(headers())) request.setHeader(name, value);
      },
      onShouldRetry: (error) => {
        const status = statusOf(error);
        return status === 0 || [409, 423, 429].includes(status) || status >= 500 || chunkLost(error);
      },
      onProgress: (sent) => {
        job.samples.push([performance.now(), sent]);
        if (job.samples.length > 20) job.samples.shift();
        if (job.row.state === "sending") job.row.progress(sent, speed(job.samples));
      },
      onAfterResponse: (request, response) => {
        job.videoId = response.getHeader("Upload-Video") ?? job.videoId;
      },
      onError: (error) => {
        const final = isFinal(error);
        job.row.set(final ? "refused" : "failed", sentenceOf(error));
        if (final) this.forget(job);
        this.next();
      },
      onSuccess: () => {
        job.row.set("done", this.root.dataset.purpose ? "ready for your posts" : "it is being checked now");
        const detail = { name: file.name, uploadUrl: job.upload.url, videoId: job.videoId ?? "" };
        this.root.dispatchEvent(new CustomEvent("upload:done", { detail, bubbles: true }));
        this.next();
        this.leave();
      },
    });
  }

  /** What was refused is not gone on with: the same file starts again. */
  async forget(job) {
    const storage = job.upload.options.urlStorage;
    for (const earlier of await job.upload.findPreviousUploads()) await storage.removeUpload(earlier.urlStorageKey);
  }

  /** When all went well and the page says where, go and see them. */
  leave() {
    const target = this.root.dataset.doneUrl;
    if (target && this.jobs.every((job) => job.row.state === "done")) window.location.assign(target);
  }

  pause(job) {
    job.upload?.abort();
    job.samples = [];
    job.row.set("paused");
    this.next();
  }

  resume(job) {
    job.row.set("waiting");
    this.next();
  }

  retry(job) {
    job.samples = [];
    job.row.set("waiting");
    this.next();
  }

  cancel(job) {
    // Terminating also frees what the server holds; when that fails it expires by itself.
    job.upload?.abort(Boolean(job.upload.url)).catch(() => {});
    this.dismiss(job);
  }

  dismiss(job) {
    this.jobs = this.jobs.filter((one) => one !== job);
    job.row.root.remove();
    this.input?.focus();
    this.next();
    if (this.jobs.length) this.leave();
  }

  summary() {
    const count = (state) => this.jobs.filter((job) => job.row.state === state).length;
    const parts = [
      [count("sending"), "uploading"],
      [count("waiting"), "waiting"],
      [count("paused"), "paused"],
      [count("done"), "uploaded"],
      [count("failed") + count("refused"), "not uploaded"],
    ];
    $("[data-upload-summary]", this.root).textContent = parts
      .filter(([number]) => number)
      .map(([number, word]) => `${number} ${word}`)
      .join(", ");
    $("[data-upload-tray]", this.root).hidden = this.jobs.length === 0;
    const leave = $("[data-upload-leave]", this.root);
    if (leave) leave.hidden = count("done") === 0;
  }
}

onArrival("[data-upload]", (root) => new Tray(root));
