import { UsageError } from "../core/errors.ts";
import { type EngineState, type EngineWorld, findEngines } from "./engines.ts";
import { hasError } from "./artefact.ts";
import { readBaseQuestion } from "./base.ts";
import { inspectModel, type ModelReport, type ModelWorld } from "./model.ts";
import { toolVersion } from "../version.ts";

/** What the doctor is asked. */
export interface DoctorOptions {
  /** References of models to look at; none looks at this machine only. */
  models: readonly string[];
  /** The id of the base that is served, or its GGUF file, to hold adapters against. */
  base: string | undefined;
  /** How this program is called. */
  program: string;
}

/** A variable of the environment that holds a key: whether it is set, never what it holds. */
export interface KeyState {
  name: string;
  isSet: boolean;
  /** What it is for. */
  opens: string;
}

/** Something that is not there, with how to get it. */
export interface Missing {
  what: string;
  remedy: string;
}

/** All that the doctor found. */
export interface DoctorReport {
  version: 1;
  tool: string;
  node: string;
  platform: string;
  engines: readonly EngineState[];
  keys: readonly KeyState[];
  missing: readonly Missing[];
  models: readonly ModelReport[];
  /** 2 where something has to be mended before a model can be measured, 3 where one cannot be reached, else 0. */
  exitCode: 0 | 2 | 3;
}

const keys = [
  { name: "OPENAI_API_KEY", opens: "models of OpenAI", remedy: "https://platform.openai.com/api-keys" },
  { name: "ANTHROPIC_API_KEY", opens: "models of Anthropic", remedy: "https://console.anthropic.com/settings/keys" },
  { name: "GEMINI_API_KEY", opens: "models of Google", remedy: "https://aistudio.google.com/apikey" },
  { name: "HF_TOKEN", opens: "gated repositories of the Hub", remedy: "https://huggingface.co/settings/tokens" },
] as const;

/**
 * Looks at this machine and at models: which engines there are, which keys are set, what is missing, and whether each
 * model can be measured.
 * @throws UsageError for a model that is named twice, and for a base that is none, or has no model beside it
 */
export async function examine(options: DoctorOptions, world: ModelWorld & EngineWorld): Promise<DoctorReport> {
  const { models: refs, base, program } = options;
  const repeated = refs.find((ref, index) => refs.indexOf(ref) !== index);
  if (repeated !== undefined) throw new UsageError(`--model ${repeated}: named twice (name it once)`);
  const question = readBaseQuestion(base, refs);
  const looking = findEngines(world);
  const models: ModelReport[] = [];
  for (const ref of refs) models.push(await inspectModel({ ref, base: question, program }, world));
  const engines = await looking;
  return {
    version: 1,
    tool: toolVersion,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    engines,
    keys: keys.map(({ name, opens }) => ({ name, opens, isSet: isSet(world.env, name) })),
    missing: findMissing(engines, world.env),
    models,
    exitCode: exitCodeOf(models),
  };
}

function findMissing(engines: readonly EngineState[], env: EngineWorld["env"]): Missing[] {
  const absent = engines.filter(({ installed, answering }) => installed === null && answering === null);
  return [
    ...absent.map(({ name, remedy }) => ({ what: name, remedy })),
    ...keys.filter(({ name }) => !isSet(env, name)).map(({ name, remedy }) => ({ what: name, remedy })),
    ...(isSet(env, "NITBENCH_JUDGE")
      ? []
      : [{ what: "NITBENCH_JUDGE", remedy: "a model reference of the judge, or --judge REF" }]),
  ];
}

function isSet(env: EngineWorld["env"], name: string): boolean {
  return (env[name] ?? "").trim() !== "";
}

/** What is to be mended comes before what cannot be reached, as it does for runs. */
function exitCodeOf(models: readonly ModelReport[]): DoctorReport["exitCode"] {
  const codes = models.map(({ findings, failure }) => failure?.exitCode ?? (hasError(findings) ? 2 : 0));
  return codes.includes(2) ? 2 : codes.includes(3) ? 3 : 0;
}
