/**
 * Shows the photos of a listing over the page, one at a time. `root` holds an <img>, a <figcaption>, and buttons with
 * `data-step="-1"`, `data-step="1"` and `data-close`.
 */
export class Lightbox {
  constructor(root, photos) {
    this.root = root;
    this.photos = photos;
    this.index = 0;
    this.image = root.querySelector("img");
    this.caption = root.querySelector("figcaption");

    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.step) this.step(Number(button.dataset.step));
      if (button?.hasAttribute("data-close")) this.close();
    });
  }

  open(index) {
    this.root.hidden = false;
    this.show(index);
  }

  close() {
    this.root.hidden = true;
  }

  step(by) {
    this.show((this.index + by + this.photos.length) % this.photos.length);
  }

  show(index) {
    const photo = this.photos[index];
    this.index = index;
    this.image.src = photo.url;
    this.image.alt = photo.title;
    this.caption.textContent = photo.title;
  }
}
