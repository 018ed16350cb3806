import type { ChangeEvent } from 'react';
import type { Photo } from '../api/photos';
import { usePhotoUploads } from './usePhotoUploads';

interface PhotoStripProps {
  visitId: string;
  stored: Photo[];
}

/** Mounted with the visit as its key. */
export function PhotoStrip({ visitId, stored }: PhotoStripProps) {
  const { photos, pending, failed, upload } = usePhotoUploads(visitId, stored);

  function choose(event: ChangeEvent<HTMLInputElement>) {
    const files = [...(event.target.files ?? [])];
    event.target.value = '';
    void upload(files);
  }

  return (
    <section className="photo-strip">
      <h3>Photos</h3>
      <ul>
        {photos.map((photo) => (
          <li key={photo.id}>
            <a href={photo.fullUrl}>
              <img src={photo.thumbUrl} alt={`Taken ${new Date(photo.takenAt).toLocaleString()}`} />
            </a>
          </li>
        ))}
      </ul>
      {pending && <p role="status">Uploading, {pending} to go…</p>}
      {failed.length > 0 && <p role="alert">Not stored: {failed.join(', ')}</p>}
      <label className="button">
        Add photos
        <input type="file" accept="image/*" multiple disabled={pending > 0} onChange={choose} />
      </label>
    </section>
  );
}
