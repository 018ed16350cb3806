export interface Photo {
  id: string;
  thumbUrl: string;
  fullUrl: string;
  /** When the camera took it, e.g. 2026-02-03T09:41:07Z. */
  takenAt: string;
}

/** Stores one photo of a visit; throws unless the server has taken it. */
export async function uploadPhoto(visitId: string, file: File): Promise<Photo> {
  const body = new FormData();
  body.set('photo', file);
  const reply = await fetch(`/api/visits/${encodeURIComponent(visitId)}/photos`, { method: 'POST', body });
  if (!reply.ok) throw new Error(`photo of visit ${visitId}: HTTP ${reply.status}`);
  return reply.json();
}
