import { useCallback, useState } from "react";
import { searchStops, type Stop } from "../api/stops.ts";

export interface StopSearch {
  term: string;
  setTerm: (term: string) => void;
  submit: () => Promise<void>;
  stops: Stop[];
  failed: boolean;
}

/** State of the stop picker: what is typed, and the stops that were found for it. */
export function useStopSearch(): StopSearch {
  const [term, setTerm] = useState("");
  const [stops, setStops] = useState<Stop[]>([]);
  const [failed, setFailed] = useState(false);

  const submit = useCallback(async () => {
    const wanted = term.trim();
    if (wanted === "") {
      setStops([]);
      return;
    }
    try {
      setStops(await searchStops(wanted));
      setFailed(false);
    } catch {
      setFailed(true);
    }
  }, [term]);

  return { term, setTerm, submit, stops, failed };
}
