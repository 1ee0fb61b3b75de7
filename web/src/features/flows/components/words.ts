import { useTranslation } from "react-i18next";

/** The words for what a flow file names: kinds and exits; what has none is called as in the file. */
export function useFlowWords(): { kind: (name: string) => string; exit: (name: string) => string } {
  const { t, i18n } = useTranslation();
  const known = (path: string, name: string) =>
    /^[a-z_]+$/.test(name) && i18n.exists(`${path}.${name}`) ? t(`${path}.${name}`) : name;
  return {
    kind: (name) => known("flow.kinds", name),
    exit: (name) => known("flow.exits", name),
  };
}
