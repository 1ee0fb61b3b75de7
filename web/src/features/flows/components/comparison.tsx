import { useQuery } from "@tanstack/react-query";
import { Skeleton, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/failure";
import { versionQuery } from "../api/flows";
import { differences, type Difference } from "../model/diff";
import { readDocument, type FlowDocument } from "../model/document";

const COLOURS: Record<Difference["how"], string> = {
  added: "success",
  removed: "error",
  changed: "processing",
};

interface Props {
  flow: string;
  version: number;
  document: FlowDocument;
}

/** What the drawn flow does otherwise than a version. */
export function Comparison({ flow, version, document }: Props) {
  const { t } = useTranslation();
  const { data, error } = useQuery(versionQuery(flow, version));
  const before = data && readDocument(data.document);
  if (error) {
    return <Failure failure={error} />;
  }
  if (!before) {
    return <Skeleton active />;
  }
  const told = differences(before, document);
  return (
    <section className="flow-comparison" aria-label={t("flow.comparison", { version })}>
      <h2 className="flow-form-title">{t("flow.comparison", { version })}</h2>
      {told.length === 0 ? (
        <p>{t("flow.noDifference")}</p>
      ) : (
        <ul className="flow-differences">
          {told.map((one) => (
            <li key={one.what + one.name}>
              <Tag color={COLOURS[one.how]}>{t(`flow.differences.${one.how}`)}</Tag>
              <span className="muted">{t(`flow.parts.${one.what}`)}</span>{" "}
              <strong>{one.name}</strong>
              {one.fields.map(({ name, before: old, after }) => (
                <div key={name} className="flow-difference">
                  {name}: <del>{old}</del> <ins>{after}</ins>
                </div>
              ))}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
