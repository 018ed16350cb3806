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
    const timer = setTimeout(async () => {
      setSearching(true);
      try {
        setStops(await searchStops(wanted));
      } catch {
        setFailed(true);
      } finally {
        setSearching(false);
      }
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [term]);

  return { term, setTerm, stops, searching, failed };
}
