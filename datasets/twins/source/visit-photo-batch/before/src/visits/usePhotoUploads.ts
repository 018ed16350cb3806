import { useState } from 'react';
import { uploadPhoto, type Photo } from '../api/photos';

/** The photos of one visit, and how to add another. */
export function usePhotoUploads(visitId: string, stored: Photo[]) {
  const [photos, setPhotos] = useState(stored);
  const [isUploading, setIsUploading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function upload(file: File) {
    setIsUploading(true);
    setProblem(null);
    try {
      setPhotos([...photos, await uploadPhoto(visitId, file)]);
    } catch {
      setProblem(`${file.name} was not stored`);
    } finally {
      setIsUploading(false);
    }
  }

  return { photos, isUploading, problem, upload };
}
