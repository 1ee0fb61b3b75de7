import {
  BarChartOutlined,
  CheckSquareOutlined,
  HistoryOutlined,
  PhoneOutlined,
  PlayCircleOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

/** What stands beside the canvas. */
export type Panel = "settings" | "simulation" | "calling" | "tests" | "replay" | "counts";

interface Props {
  panel: Panel;
  /** Whether the flow is only looked at: nothing is tried in it then. */
  readOnly: boolean;
  onPanel: (panel: Panel) => void;
}

const PANELS = [
  { name: "simulation", icon: <PlayCircleOutlined aria-hidden /> },
  { name: "calling", icon: <PhoneOutlined aria-hidden /> },
  { name: "tests", icon: <CheckSquareOutlined aria-hidden /> },
  { name: "replay", icon: <HistoryOutlined aria-hidden /> },
  { name: "counts", icon: <BarChartOutlined aria-hidden /> },
] as const;

/** Opens the simulator, the telephone, the tests, the replay or the counts in place of the settings, and closes them again. */
export function PanelTools({ panel, readOnly, onPanel }: Props) {
  const { t } = useTranslation();
  return PANELS.filter(({ name }) => !readOnly || name === "counts").map(({ name, icon }) => (
    <Button
      key={name}
      icon={icon}
      type={panel === name ? "primary" : "default"}
      ghost={panel === name}
      aria-pressed={panel === name}
      onClick={() => {
        onPanel(panel === name ? "settings" : name);
      }}
    >
      {t(`flow.${name}.title`)}
    </Button>
  ));
}
