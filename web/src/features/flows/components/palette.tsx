import { useTranslation } from "react-i18next";
import { GROUPS, KINDS } from "../model/kinds";
import { KindIcon } from "./kind-icon";
import { useFlowWords } from "./words";

/** What a drag from the palette carries. */
export const DRAGGED_KIND = "application/x-trunkline-kind";

/** The kinds of node, to drag onto the canvas or to add by a click. */
export function Palette({ onAdd }: { onAdd: (kind: string) => void }) {
  const { t } = useTranslation();
  const words = useFlowWords();
  return (
    <nav className="flow-palette" aria-label={t("flow.palette")}>
      {GROUPS.map((group) => (
        <section key={group} aria-label={t(`flow.groups.${group}`)}>
          <h2>{t(`flow.groups.${group}`)}</h2>
          {Object.entries(KINDS)
            .filter(([, kind]) => kind.group === group)
            .map(([kind]) => (
              <button
                key={kind}
                type="button"
                draggable
                className={`flow-palette-kind flow-group-${group}`}
                title={t(`flow.about.${kind}`)}
                onDragStart={(event) => {
                  event.dataTransfer.setData(DRAGGED_KIND, kind);
                  event.dataTransfer.effectAllowed = "copy";
                }}
                onClick={() => {
                  onAdd(kind);
                }}
              >
                <KindIcon kind={kind} />
                {words.kind(kind)}
              </button>
            ))}
        </section>
      ))}
    </nav>
  );
}
