import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { trunksQuery, type Trunk } from "../api/trunks";
import { TrunkDrawer } from "./trunk-drawer";
import { TrunkTable } from "./trunk-table";

const NONE: Trunk[] = [];

export function TrunksPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, isPending, refetch } = useQuery(trunksQuery);
  const [edited, setEdited] = useState<Trunk | "new">();
  const admin = me?.user.role === "admin";
  return (
    <>
      <PageHead title={t("trunk.title")}>
        {admin && (
          <Button
            type="primary"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => {
              setEdited("new");
            }}
          >
            {t("trunk.add")}
          </Button>
        )}
      </PageHead>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <TrunkTable
        trunks={data?.items ?? NONE}
        loading={isPending}
        {...(admin && { onEdit: setEdited })}
      />
      {edited !== undefined && (
        <TrunkDrawer
          trunk={edited === "new" ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}
