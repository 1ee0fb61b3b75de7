import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { KEYS } from "../model/simulation";

interface Props {
  disabled: boolean;
  onPress: (key: string) => void;
}

/** The keys of the caller's telephone, by click or by keyboard. */
export function KeyButtons({ disabled, onPress }: Props) {
  const { t } = useTranslation();
  return (
    <div
      className="flow-keypad"
      role="group"
      aria-label={t("flow.simulation.keypad")}
      onKeyDown={(event) => {
        const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
        if (plain && !disabled && KEYS.some((key) => key === event.key)) {
          event.preventDefault();
          onPress(event.key);
        }
      }}
    >
      {KEYS.map((key) => (
        <Button
          key={key}
          disabled={disabled}
          aria-label={t("flow.simulation.key", { key })}
          onClick={() => {
            onPress(key);
          }}
        >
          {key}
        </Button>
      ))}
    </div>
  );
}
