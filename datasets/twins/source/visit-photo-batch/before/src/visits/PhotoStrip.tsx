import type { ChangeEvent } from 'react';
import type { Photo } from '../api/photos';
import { usePhotoUploads } from './usePhotoUploads';

interface PhotoStripProps {
  visitId: string;
  stored: Photo[];
}

/** Mounted with the visit as its key. */
export function PhotoStrip({ visitId, stored }: PhotoStripProps) {
  const { photos, isUploading, problem, upload } = usePhotoUploads(visitId, stored);

  function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file) void upload(file);
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
      {isUploading && <p role="status">Uploading…</p>}
      {problem && <p role="alert">{problem}</p>}
      <label className="button">
        Add a photo
        <input type="file" accept="image/*" disabled={isUploading} onChange={choose} />
      </label>
    </section>
  );
}
