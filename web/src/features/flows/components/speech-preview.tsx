import { SoundOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { RequestFailed } from "../../../api/client";
import { Player } from "../../../components/player";
import { useListen } from "../api/speech";
import type { Fields } from "../model/document";
import { previewOf } from "../model/speech";
import { useDesigning } from "./designing";

/** Lets whoever writes a text hear it, as it stands, by the engine that will speak it. */
export function SpeechPreview({ item }: { item: Fields }) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const { readOnly, speakers } = useDesigning();
  const listen = useListen();
  const [heard, setHeard] = useState<{ text: string; source: string }>();
  const wanted = previewOf(item, speakers);
  const text = JSON.stringify(wanted);
  // What was changed since is not what would be heard.
  const source = heard && heard.text === text ? heard.source : undefined;

  useEffect(
    () => () => {
      if (heard) {
        URL.revokeObjectURL(heard.source);
      }
    },
    [heard],
  );

  if (readOnly) {
    return null;
  }
  const failure = listen.error;
  const told = failure instanceof RequestFailed ? failure.problem?.detail : undefined;
  return (
    <div className="flow-part">
      <Button
        size="small"
        icon={<SoundOutlined aria-hidden />}
        disabled={wanted === undefined}
        loading={listen.isPending}
        onClick={() => {
          if (wanted) {
            listen.mutate(wanted, {
              onSuccess: (made) => {
                setHeard({ text, source: made });
              },
            });
          }
        }}
      >
        {t("flow.listen")}
      </Button>
      {failure && <Alert type="error" title={told ?? failureText(failure)} />}
      {source !== undefined && <Player key={source} source={source} />}
    </div>
  );
}
