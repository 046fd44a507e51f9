// Which offers the credentials of this device qualify for, and why: compared here, and told to nobody.
import { judge } from "../requirements.js";

const BEST = { unmet: 0, undetermined: 1, met: 2 };

// How each requirement of an offer is judged by the held credential of its type that fits best.
export function findings(requirements, held) {
  const types = [...new Set(requirements.map((one) => one.credential))];
  const chosen = Object.fromEntries(types.map((type) => [type, bestOf(requirements.filter((one) => one.credential === type), held)]));
  return requirements.map((requirement) => {
    const credential = chosen[requirement.credential];
    return { requirement, missing: !credential, judgement: judge(requirement, credential?.claims[requirement.claim]) };
  });
}

function bestOf(requirements, held) {
  const fitting = held.filter((one) => one.type === requirements[0].credential);
  const points = (one) => requirements.reduce((sum, each) => sum + BEST[judge(each, one.claims[each.claim])], 0);
  return fitting.sort((a, b) => points(b) - points(a))[0] ?? null;
}

// "met", "unmet", or "undetermined" for an offer as a whole.
export function overall(found) {
  const judgements = found.map((one) => one.judgement);
  if (judgements.includes("unmet")) return "unmet";
  return judgements.includes("undetermined") ? "undetermined" : "met";
}
