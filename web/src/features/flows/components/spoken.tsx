import { SoundOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { useDesigning, written, type Place } from "./designing";

/** What the server's planner reads of the text, live. */
export function Spoken({ place }: { place: Place }) {
  const { t } = useTranslation();
  const { spoken } = useDesigning();
  const words = spoken.get(written(place));
  return words === undefined ? null : (
    <p className="flow-spoken" aria-live="polite">
      <SoundOutlined aria-hidden /> <span className="muted">{t("flow.readAs")}</span>{" "}
      <span data-testid="spoken">{words}</span>
    </p>
  );
}
