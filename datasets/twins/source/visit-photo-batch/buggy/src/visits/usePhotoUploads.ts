import { useState } from 'react';
import { uploadPhoto, type Photo } from '../api/photos';

function byTime(photos: Photo[]): Photo[] {
  return photos.toSorted((a, b) => Date.parse(a.takenAt) - Date.parse(b.takenAt));
}

/** The photos of one visit in the order they were taken, and how to add more. */
export function usePhotoUploads(visitId: string, stored: Photo[]) {
  const [photos, setPhotos] = useState(() => byTime(stored));
  const [pending, setPending] = useState(0);
  const [failed, setFailed] = useState<string[]>([]);

  async function uploadOne(file: File) {
    try {
      const photo = await uploadPhoto(visitId, file);
      setPhotos(byTime([...photos, photo]));
    } catch {
      setFailed((names) => [...names, file.name]);
    } finally {
      setPending((count) => count - 1);
    }
  }

  async function upload(files: File[]) {
    setFailed([]);
    setPending(files.length);
    await Promise.all(files.map(uploadOne));
  }

  return { photos, pending, failed, upload };
}
