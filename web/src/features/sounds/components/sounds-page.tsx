import { InboxOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { soundsQuery, type Sound } from "../api/sounds";
import { ACCEPTED } from "../values";
import { NewSound } from "./new-sound";
import { SoundTable } from "./sound-table";

const NONE: Sound[] = [];

export function SoundsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, isPending, refetch } = useQuery(soundsQuery);
  const [chosen, setChosen] = useState<File>();
  const admin = me?.user.role === "admin";
  const picker = {
    accept: ACCEPTED,
    showUploadList: false,
    beforeUpload: (file: File) => {
      setChosen(file);
      return false;
    },
  };
  return (
    <>
      <PageHead title={t("sound.title")}>
        {admin && (
          <Upload {...picker}>
            <Button type="primary" icon={<UploadOutlined aria-hidden />}>
              {t("sound.upload")}
            </Button>
          </Upload>
        )}
      </PageHead>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      {admin && (
        <Upload.Dragger {...picker} className="sound-drop">
          <InboxOutlined aria-hidden /> {t("sound.drop")}
        </Upload.Dragger>
      )}
      <SoundTable sounds={data?.items ?? NONE} loading={isPending} editable={admin} />
      {chosen && (
        <NewSound
          key={`${chosen.name} ${String(chosen.lastModified)}`}
          file={chosen}
          onClose={() => {
            setChosen(undefined);
          }}
        />
      )}
    </>
  );
}
