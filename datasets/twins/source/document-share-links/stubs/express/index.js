// The part of express's Router that the proofs need: middleware, routes with parameters, routers below a path.

function matchPath(pattern, path, isPrefix) {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (given.length < wanted.length || (!isPrefix && given.length > wanted.length)) return null;
  const params = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(":")) params[part.slice(1)] = given[index];
    else if (part !== given[index]) return null;
  }
  return { params, rest: `/${given.slice(wanted.length).join("/")}` };
}

/** `router.run(req, res)` takes a request of `{ method, path }`; it rejects with what a handler throws. */
export function Router({ mergeParams = false } = {}) {
  const layers = [];

  async function run(req, res) {
    const { path, params: outer = {} } = req;
    for (const { method, pattern, handler } of layers) {
      const match = matchPath(pattern, path, method === null);
      if (match === null || (method !== null && method !== req.method)) continue;
      const params = mergeParams ? { ...outer, ...match.params } : match.params;
      let isPassedOn = false;
      if (handler.run) isPassedOn = await handler.run(Object.assign(req, { path: match.rest, params }), res);
      else {
        const next = (error) => {
          if (error) throw error;
          isPassedOn = true;
        };
        await handler(Object.assign(req, { params }), res, next);
      }
      Object.assign(req, { path, params: outer });
      if (!isPassedOn) return false;
    }
    return true;
  }

  const add = (method, pattern, handlers) => {
    for (const handler of handlers) layers.push({ method, pattern, handler });
  };
  const router = { run };
  router.use = (...all) => (typeof all[0] === "string" ? add(null, all[0], all.slice(1)) : add(null, "/", all));
  for (const method of ["get", "post", "put", "patch", "delete"])
    router[method] = (pattern, ...handlers) => add(method.toUpperCase(), pattern, handlers);
  return router;
}
