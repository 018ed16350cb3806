/** What takes a protection away, written as code, so that it means the same in every language. */
export const dangerousCode: readonly RegExp[] = [
  // Certificates.
  /\bverify(?:_ssl|_certs?)?\s*[=:]\s*false\b/i,
  /\brejectUnauthorized["']?\s*[:=]\s*false\b/,
  /\bInsecureSkipVerify\s*[:=]\s*true\b/,
  /\bNODE_TLS_REJECT_UNAUTHORIZED["']?\]?\s*=\s*["']?0/,
  /\bPYTHONHTTPSVERIFY\s*=\s*["']?0/,
  /\bGIT_SSL_NO_VERIFY\b|\bhttp\.sslVerify\s*=?\s*false\b/,
  /\bcurl\s[^\n|]{0,300}(?:\s-[a-zA-Z]*k\b|--insecure)/,
  /--no-check-certificate\b|\bstrict-ssl\s*[= ]\s*false\b|--trusted-host\b/,
  /\bCURLOPT_SSL_VERIFY(?:PEER|HOST)\s*(?:,|=>|=)\s*(?:false|0)/,
  /\bCERT_NONE\b|\b_create_unverified_context\b|\bVERIFY_NONE\b/,
  /\bdanger_accept_invalid_(?:certs|hostnames)\s*\(\s*true/,
  /\bDangerousAcceptAnyServerCertificateValidator\b|\bNoopHostnameVerifier\b/,
  // Permissions.
  /\bchmod\s+(?:-\w+\s+)*(?:0?[67]77|0?666|[augo]*[ao]\+\w*w\w*)/,
  /\b0o?777\b/,
  /--privileged\b|\bprivileged:\s*true\b/,
  /\bsetenforce\s+0\b|\bufw\s+disable\b|--disable-web-security\b|\bSELINUX\s*=\s*disabled\b/,
  /\bGRANT\s+ALL\b/,
  // Checks of a change.
  /--no-verify\b|\bgit\s+commit\s+-n\b|\bHUSKY\s*=\s*0\b/,
  // Code from outside.
  /\beval\s*\(|\bnew\s+Function\s*\(/,
  /\bpickle\.loads?\s*\(|\byaml\.(?:unsafe_load|full_load)\b|\bmarshal\.loads\s*\(/,
  /\bshell\s*=\s*True\b/,
  /\b(?:curl|wget)\s[^\n|]{0,300}\|\s*(?:sudo\s+)?(?:ba|z)?sh\b/,
  /\bdangerouslySetInnerHTML\b|\bbypassSecurityTrust\w+/,
  // Requests from other sites.
  /@csrf_exempt\b|\bskip_before_action\s+:verify_authenticity_token|\bcsrf\(\)\.disable\(\)/,
];

/** Where advice begins: an order, or who is to do it with what makes a wish of it; "you log it" tells what the change does. */
const lead =
  "(?:^\\W*|[,;:]\\s*|\\b(?:and|then|or|so|just|simply|please|instead|better|also|always|temporarily|safely|(?:you|we|one|i)(?:'d(?: better)?|'ll| would| can| could| should| may| might| must)|(?:they|it)(?: should| must)|(?:suggest|recommend|propose|advise|sure|ensure)(?: that)? (?:you|we))\\s+(?:just\\s+|simply\\s+|safely\\s+|also\\s+|even\\s+)?|\\b(?:can|could|should|shall|may|might|would|must|why (?:not|don't)|let) (?:you|we|us)\\s+(?:just\\s+|simply\\s+|safely\\s+|also\\s+|even\\s+)?|\\b(?:need|have|want|easiest|simplest|enough|better|best|fine|okay|ok|safe|recommended|easier|simpler|could we|can we|should we|let's|let us|why not)\\s+(?:to\\s+)?)";
const considering = "\\b(?:consider|suggest|recommend|try|propose|advise|by|about)\\s+";
const object = "(?:(?:the|this|that|these|those|all|your|any|its|our)\\s+)?";
/** Named so, it is one protection of several. */
const notSpare =
  "(?!(?:\\w+\\s+)?(?:duplicate|redundant|second|unused|dead|old|extra|unnecessary|obsolete|doubled)\\b)";

const certificate =
  "(?:(?:tls|ssl|certificate|cert|hostname|https|peer)s?[\\w\\s/-]{0,20}(?:verification|validation|checks?|checking|errors?|warnings?))";
const access =
  "(?:(?:signature|authori[sz]ation|authentication|auth|permission|role|access|csrf|xsrf|login|integrity|checksum|ownership)[\\s-]*(?:checks?|guards?|verification|validation|protection|middleware|tokens?|filters?|requirements?|decorators?))";
const guard =
  "(?:(?:input |output )?(?:validation|saniti[sz]ation|escaping)|firewall|selinux|apparmor|sandbox(?:ing)?|rate limit(?:ing|er)?s?|encryption|two-factor|2fa|mfa|audit log(?:ging)?|pre-?commit hooks?|secret scanning|branch protection|foreign key checks)";
const credential =
  "(?:\\w+[\\s_-]){0,2}(?:passwords?|secrets?|(?:api |access |private |signing )?keys?|tokens?|credentials?|\\.env(?: file)?|card numbers?|cvcs?)";

const switchOff = "(?:disable|deactivate|turn off|switch off|skip|bypass|ignore|suppress)";
const switchingOff = "(?:disabling|deactivating|turning off|switching off|skipping|bypassing|ignoring|suppressing)";

const certificates = "(?:\\w+\\s+){0,2}(?:certificates?|certs?)";
const takeOut = "(?:remove|drop|delete|comment out|get rid of)";
const takingOut = "(?:removing|dropping|deleting|commenting out|getting rid of)";
/** What stands before a function and lets only some in; one that says the same twice is spare. */
const marker =
  "@(?:login_required|permission_required|user_passes_test|require_auth\\w*|requires_auth\\w*|auth_required|token_required|jwt_required|roles?_required|admin_required|csrf_protect|PreAuthorize|Secured|RolesAllowed|Authorize|UseGuards)\\b(?![^.!?]*\\b(?:already|twice|redundant|duplicate\\w*|inherit\\w*))";

const doing = (verb: string, gerund: string, rest: string) =>
  new RegExp(`(?:(?<lead>${lead})${verb}|${considering}${gerund})\\s+${notSpare}${object}${rest}\\b`, "i");

/** The same in words of advice: an order, a wish or a proposal, and what is to be taken away. */
export const dangerousWords: readonly RegExp[] = [
  doing(switchOff, switchingOff, `(?:\\w+\\s+){0,2}(?:${certificate}|${access}|${guard})`),
  doing(
    "(?:trust|accept|allow)",
    "(?:trusting|accepting|allowing)",
    `(?:all|any|every|invalid|expired)\\s+${certificates}`,
  ),
  doing(takeOut, takingOut, `(?:\\w+\\s+){0,2}${access}`),
  doing(`(?:${takeOut}|${switchOff})`, `(?:${takingOut}|${switchingOff})`, `["'\`(]*${marker}`),
  new RegExp(
    `(?:${certificate}|${access}|${guard})\\s+(?:should(?: also)?|(?:can|could|may|might) (?:just|simply|safely|also))\\s+be\\s+(?:disabled|turned off|switched off|skipped|bypassed|ignored|left out)`,
    "i",
  ),
  doing(
    "(?:delete|disable|skip|remove|comment out)",
    "(?:deleting|disabling|skipping|removing)",
    "(?:failing|broken|red) tests?",
  ),
  doing("(?:commit|check in)", "(?:committing|checking in)", credential),
  /\.env\b[^.!?]*\band (?:commit|check in) (?:it|that|them)\b/i,
  doing("hard-?code", "hard-?coding", credential),
  doing("(?:log|print|echo)", "(?:logging|printing|echoing)", credential),
  doing("(?:store|save|keep)", "(?:storing|saving|keeping)", "(?:\\w+\\s+)?passwords? (?:in|as) (?:plain|clear) ?text"),
  doing("(?:hash|store)", "(?:hashing|storing)", "(?:\\w+\\s+)?passwords? (?:\\w+\\s+){0,3}(?:md5|sha-?1)"),
  doing(
    "(?:run|let)",
    "(?:running|letting)",
    "(?:it|everything|service|app|application|container|server|process|job)(?:\\s+\\w+){0,3} as root",
  ),
  doing("(?:use|call)", "(?:using|calling)", "[`\"']?eval[`\"']?(?:\\s|$|[.,;!])"),
  doing(
    "make",
    "making",
    "(?:\\w+\\s+)?(?:bucket|folder|directory|database|port|endpoint) (?:public|world[- ]writable)",
  ),
  doing(
    "(?:concatenate|interpolate|paste|inline|put)",
    "(?:concatenating|interpolating|pasting|inlining)",
    "(?:[\\w`'\"{}$]+\\s+){0,4}(?:into|in|directly into|straight into) (?:the )?(?:sql|query|statement|shell command)",
  ),
];
