const STEPS = new Map([
  ["ArrowLeft", -1],
  ["ArrowRight", 1],
]);

/**
 * Shows the photos of a listing over the page, one at a time, and takes the arrow keys and Escape while it is open.
 * `root` holds an <img>, a <figcaption>, and buttons with `data-step="-1"`, `data-step="1"` and `data-close`.
 */
export class Lightbox {
  constructor(root, photos) {
    this.root = root;
    this.photos = photos;
    this.index = 0;
    this.opener = null;
    this.image = root.querySelector("img");
    this.caption = root.querySelector("figcaption");
    this.onKey = this.onKey.bind(this);

    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.step) this.step(Number(button.dataset.step));
      if (button?.hasAttribute("data-close")) this.close();
    });
  }

  /** Focus returns to `opener` on closing. */
  open(index, opener = document.activeElement) {
    this.opener = opener;
    this.root.hidden = false;
    this.show(index);
    this.root.querySelector("[data-close]").focus();
    document.addEventListener("keydown", this.onKey, { capture: true });
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    this.root.hidden = true;
    this.opener?.focus();
    this.opener = null;
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const by = STEPS.get(event.key);
    if (by === undefined && event.key !== "Escape") return;

    event.preventDefault();
    event.stopPropagation();
    if (by === undefined) {
      this.close();
    } else {
      this.step(by);
    }
  }

  indexAfter(by) {
    return (this.index + by + this.photos.length) % this.photos.length;
  }

  step(by) {
    this.show(this.indexAfter(by));
  }

  show(index) {
    const photo = this.photos[index];
    this.index = index;
    this.image.src = photo.url;
    this.image.alt = photo.title;
    this.caption.textContent = `${photo.title} (${index + 1} of ${this.photos.length})`;
    this.preload(this.indexAfter(1));
    this.preload(this.indexAfter(-1));
  }

  preload(index) {
    new Image().src = this.photos[index].url;
  }
}
