import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { strangersQuery, trunksQuery, type Trunk } from "../api/trunks";
import { StrangerTable } from "./stranger-table";
import { TrunkDrawer } from "./trunk-drawer";
import { TrunkTable } from "./trunk-table";

const NONE: Trunk[] = [];

export function TrunksPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, isPending, refetch } = useQuery(trunksQuery);
  const admin = me?.user.role === "admin";
  const strangers = useQuery(strangersQuery(admin)).data?.items ?? [];
  const [edited, setEdited] = useState<Trunk | "new">();
  const [source, setSource] = useState<string>();
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
      {strangers.length > 0 && (
        <StrangerTable
          strangers={strangers}
          trunks={data?.items ?? NONE}
          onAdd={(from, trunk) => {
            setSource(from);
            setEdited(trunk);
          }}
        />
      )}
      {edited !== undefined && (
        <TrunkDrawer
          source={source}
          trunk={edited === "new" ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
            setSource(undefined);
          }}
        />
      )}
    </>
  );
}
