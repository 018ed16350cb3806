import { useEffect, useState } from "react";
import { searchStops, type Stop } from "../api/stops.ts";

const PAUSE_MS = 250;
const SHORTEST_TERM = 2;

export interface StopSearch {
  term: string;
  setTerm: (term: string) => void;
  stops: Stop[];
  searching: boolean;
  failed: boolean;
}

/** State of the stop picker: what is typed, and the stops that are found for it once the typing pauses. */
export function useStopSearch(): StopSearch {
  const [term, setTerm] = useState("");
  const [stops, setStops] = useState<Stop[]>([]);
  const [searching, setSearching] = useState(false);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const wanted = term.trim();
    setSearching(false);
    setFailed(false);
    if (wanted.length < SHORTEST_TERM) {
      setStops([]);
      return;
    }
    const request = new AbortController();
    const timer = setTimeout(async () => {
      setSearching(true);
      try {
        const found = await searchStops(wanted, { signal: request.signal });
        if (!request.signal.aborted) setStops(found);
      } catch {
        if (!request.signal.aborted) setFailed(true);
      } finally {
        if (!request.signal.aborted) setSearching(false);
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      request.abort();
    };
  }, [term]);

  return { term, setTerm, stops, searching, failed };
}
