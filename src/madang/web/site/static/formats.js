// How amounts and times are written on pages, in Korean time: the same as madang.web.site.formats.
export const language = document.documentElement.lang;

const [locale, dateStyle] = language === "ko" ? ["ko-KR", "long"] : ["en-GB", "medium"];
const DAY = new Intl.DateTimeFormat(locale, { dateStyle, timeZone: "Asia/Seoul" });
const MOMENT = new Intl.DateTimeFormat(locale, { dateStyle, timeStyle: "short", hourCycle: "h23", timeZone: "Asia/Seoul" });

/** An amount of won. */
export const won = (amount) => (language === "ko" ? `${amount.toLocaleString("ko-KR")}원` : `₩${amount.toLocaleString("en-US")}`);
/** The day of a second. */
export const day = (second) => DAY.format(second * 1000);
/** Day and time of a second. */
export const moment = (second) => MOMENT.format(second * 1000);
