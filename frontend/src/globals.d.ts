// What our bundles and htmx add to the browser's own objects.

interface Window {
  htmx: any;
  Alpine: any;
  elevo: any;
}

/** Events of htmx, of the socket and of our parts say in `detail` what they are about. */
interface Event {
  readonly detail: any;
}
