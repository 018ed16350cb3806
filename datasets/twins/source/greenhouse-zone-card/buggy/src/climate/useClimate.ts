import { ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { fetchClimate, type Climate } from '../api/climate'

const POLL_MS = 60_000

/** The climate of a zone, read again every minute; null until the first reading is there. */
export function useClimate(zoneId: MaybeRefOrGetter<string>) {
  const climate = shallowRef<Climate | null>(null)
  const hasFailed = ref(false)

  watch(
    () => toValue(zoneId),
    (id, _previous, onCleanup) => {
      const request = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      onCleanup(() => {
        request.abort()
        clearTimeout(timer)
      })

      async function load() {
        try {
          const latest = await fetchClimate(id, request.signal)
          if (request.signal.aborted) return
          climate.value = latest
          hasFailed.value = false
        } catch {
          if (request.signal.aborted) return
          hasFailed.value = true
        }
        timer = setTimeout(load, POLL_MS)
      }

      climate.value = null
      hasFailed.value = false
      void load()
    },
    { immediate: true },
  )

  return { climate, hasFailed }
}
