import { CheckSquareOutlined, PhoneOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

/** What stands beside the canvas. */
export type Panel = "settings" | "simulation" | "tests";

interface Props {
  panel: Panel;
  onPanel: (panel: Panel) => void;
}

const PANELS = [
  { name: "simulation", icon: <PhoneOutlined aria-hidden /> },
  { name: "tests", icon: <CheckSquareOutlined aria-hidden /> },
] as const;

/** Opens the simulator or the tests in place of the settings, and closes them again. */
export function PanelTools({ panel, onPanel }: Props) {
  const { t } = useTranslation();
  return PANELS.map(({ name, icon }) => (
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
