import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { remember, remembered } from "../components/memory";
import en from "./en.json";
import zh from "./zh.json";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The names of the languages in themselves, and what browsers call them. */
export const NAMES: Record<Language, string> = { zh: "中文", en: "English" };
const TAGS: Record<Language, string> = { zh: "zh-CN", en: "en-US" };

const MEMORY = "trunkline.language";

export function isLanguage(text: string | null | undefined): text is Language {
  return text === "zh" || text === "en";
}

/** The first language that the browser asks for and we have. */
export function preferredLanguage(asked: readonly string[]): Language {
  const known = asked.map((tag) => tag.split("-")[0]?.toLowerCase());
  return known.find(isLanguage) ?? "en";
}

export async function startTranslation(): Promise<void> {
  const kept = remembered(MEMORY);
  const language = isLanguage(kept) ? kept : preferredLanguage(navigator.languages);
  i18next.on("languageChanged", (chosen) => {
    document.documentElement.lang = isLanguage(chosen) ? TAGS[chosen] : chosen;
  });
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
  });
}

export async function switchLanguage(language: Language): Promise<void> {
  remember(MEMORY, language);
  await i18next.changeLanguage(language);
}

export function currentTag(language: string): string {
  return isLanguage(language) ? TAGS[language] : TAGS.en;
}
