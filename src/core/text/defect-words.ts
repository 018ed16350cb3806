/**
 * How reviewers talk about defects: one line per kind of defect, holding words that point to it. Words are compared
 * by stem, a hyphenated entry is met as one word, and a word may point to several kinds. It is general reviewer's
 * vocabulary, kept free of names from any dataset; widening it changes the similarity, so calibrate again afterwards.
 */
export const defectWords: Readonly<Record<string, string>> = {
  null: "null-handling null nil none undefined nullable optional unwrap dereference deref npe nullpointer nullpointerexception nullreferenceexception nosuchelementexception nomethoderror typeerror absent unset uninitialized uninitialised guard bang !! ?. &. ??",
  bounds:
    "off-by-one bound boundary index inclusive exclusive last first final zero-based one-based fencepost half-open range length past beyond element slice skip upper <= >= len+1 length+1",
  race: "race-condition race concurrent concurrency thread thread-safe parallel simultaneous atomic mutex lock unsynchronized synchronized synchronize toctou volatile interleave check-then-act lost overwrite twice goroutine worker",
  deadlock: "deadlock hang stuck block freeze wait starve livelock lock",
  async:
    "async await unawaited promise coroutine callback future task event-loop blocking synchronous sync-over-async suspend dispatch floating",
  leak: "leak close unclosed dispose release free unsubscribe cleanup defer descriptor file-handle pool try-with-resources retain listener unmount exhaust exhaustion socket detach outlive",
  memory:
    "memory-safety overflow overrun buffer dangling use-after-free double-free ub lifetime freed invalid invalidate invalidated reallocate terminator terminate allocate malloc pointer heap stack byte",
  injection:
    "injection inject escape unescaped sanitize sanitise sanitization parameterized parameterised parameter bind placeholder interpolate interpolation concatenate sqli xss cross-site shell exec execute command crafted malicious untrusted markup script",
  path: "traversal path-traversal directory folder outside ../ symlink",
  deserialize: "deserialize deserialization pickle safe unsafe loader arbitrary entity xxe eval",
  request: "ssrf csrf redirect allow-list allowlist whitelist host origin forge samesite cors internal",
  secret:
    "secret password credential apikey key token hardcoded hard-coded plaintext plain-text clear-text commit checked-in rotate redact mask environment env vault sensitive pii expose",
  access:
    "authorization authorisation authorize authentication authenticate auth permission role admin owner ownership tenant idor guess anybody anyone public privilege login logged-in jwt acl escalation",
  crypto:
    "crypto cryptography hash md5 sha1 salt random randomness guessable predictable timing constant-time digest cipher",
  error:
    "error-handling exception catch swallow ignore ignored unchecked fail failure throw rethrow raise propagate status panic rollback silent silently discard unhandled unnoticed notice traceback cause err abort crash",
  speed:
    "performance slow slower n+1 quadratic expensive allocation allocate clone copy hoist recompile batch memoize memoise cache index scan round-trip roundtrip speed cost oom chunk stream needless unnecessary wasteful rerender reserve capacity",
  log: "log logging logger print stdout console debug level stack-trace verbose noisy",
  test: "test assert assertion expect mock stub coverage cover spec flaky brittle sleep fixture",
  name: "name naming rename misleading",
  logic:
    "logic-error precedence parenthesise parenthesize parenthesis operator assign assignment invert inverted swap swapped negation falsy truthy opposite branch",
  equality: "equality equal equals identity reference compare comparison same-instance hashcode",
  number:
    "overflow rounding round float floating-point double decimal precision bigdecimal cast widen truncate int32 int64",
  time: "timezone time-zone utc locale culture naive clock daylight",
  mutation: "mutate mutation mutable default-argument in-place iterate iteration shared aliasing",
  lifecycle: "dependency dependencies stale closure unmount rerender identity mounted remount",
  compatibility:
    "compatibility compatible break breaking backward backwards deployed client migration backfill existing",
  setup: "root privilege port cidr pin sha version lockfile internet misconfiguration image expose",
  taste:
    "nit style readability readable nested nesting constant magic typo docstring document duplicate duplication extract refactor translate cosmetic convention consistent prefer lowercase lower-case upper-case",
};

/** Words that carry no defect: an overlap in them says nothing about what is wrong. */
export const stopWords =
  "a about above actually after all also although am an and any are aren as at be because been before being below both but by can cannot could did do does doesn doing don done during each else even every few for from get gets give go goes going got had has have having here hers him his how however i if in instead into is isn it its itself just ll let like line lines make makes may me might more most much must my need needs needed no nor not now of off on once one only or other our out over own per please re same see should since so some still such than that the their them then there these they thing this those though through to too two under until up use used uses using ve very via want was we well were what when where whereas whether which while who whose why will with within without won would yet you your";

/** Words of plain praise. "Nice" and "good" are not among them: "it would be nice to check this" reports a defect. */
export const praiseWords = "lgtm 👍 🎉 thanks thank awesome kudos";
