const LEASE_SECONDS = 60;

/** Jobs in the table `jobs`; a worker leases one for a while, and whoever comes after that may take it again. */
export function jobQueue(db) {
  return {
    /** The oldest job that nobody has leased, or null. */
    async take() {
      const { rows } = await db.query(
        `update jobs
            set leased_until = now() + make_interval(secs => $1), attempts = attempts + 1
          where id = (
                  select id from jobs
                   where done_at is null and (leased_until is null or leased_until < now())
                   order by id
                   limit 1
                   for update skip locked
                )
          returning id, type, payload, attempts`,
        [LEASE_SECONDS],
      );
      return rows[0] ?? null;
    },

    async complete(job) {
      await db.query("update jobs set done_at = now() where id = $1 and attempts = $2", [job.id, job.attempts]);
    },
  };
}
