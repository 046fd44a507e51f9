// Whether claims are what an offer asks for: "met", "unmet" or "undetermined". A wallet finds out by itself, and nobody
// learns what it looked for. The same as madang.identity.eligibility.requirements; one table of cases tests both.

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const LONG_MONTHS = ["01", "03", "05", "07", "08", "10", "12"];

export function judge({ test, values }, value) {
  switch (test) {
    case "identifies":
      return named(value) ? "met" : "undetermined";
    case "equals":
    case "one_of": {
      const isPlain = typeof value === "string" || typeof value === "boolean" || Number.isInteger(value);
      return isPlain ? said(values.includes(String(value))) : "undetermined";
    }
    case "begins_with":
      return typeof value === "string" ? said(values.some((one) => value.startsWith(one))) : "undetermined";
    case "at_least":
      return Number.isInteger(value) ? said(value >= Number(values[0])) : "undetermined";
    case "at_most":
      return Number.isInteger(value) ? said(value <= Number(values[0])) : "undetermined";
    case "before":
      return isDay(value) ? said(value < values[0]) : "undetermined";
    case "after":
      return isDay(value) ? said(value > values[0]) : "undetermined";
    default:
      return "undetermined";
  }
}

// `shown` has claims by type of credential. Not met where one requirement is not, whatever can't be determined.
export function overall(requirements, shown) {
  const found = requirements.map((one) => judge(one, shown[one.credential]?.[one.claim]));
  if (found.includes("unmet")) return "unmet";
  return found.includes("undetermined") ? "undetermined" : "met";
}

const said = (isMet) => (isMet ? "met" : "unmet");

function named(value) {
  const all = Array.isArray(value) ? value : [value];
  return all.length > 0 && all.every((one) => typeof one === "string" && one);
}

function isDay(value) {
  if (typeof value !== "string" || !DAY.test(value) || value < "0001") return false;
  const [year, month, day] = value.split("-");
  if (LONG_MONTHS.includes(month)) return true;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === "02" ? (isLeap ? "29" : "28") : "30");
}
