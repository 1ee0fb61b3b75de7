import { ReloadOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, Select, Space } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { trunkNumbersQuery } from "../api/call-records";
import { CALL_TYPES, EVERYTHING, RANGES, readSearch, type Search } from "../search";

interface Props {
  search: Search;
  busy: boolean;
  onSearch: (search: Search) => void;
  onRefresh: () => void;
}

export function CallRecordFilters({ search, busy, onSearch, onRefresh }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Search>();
  const numbers = useQuery(trunkNumbersQuery()).data?.items ?? [];
  useEffect(() => {
    form.resetFields();
    form.setFieldsValue(search);
  }, [form, search]);
  const submit = (values: Search) => {
    onSearch(readSearch({ ...values }));
  };
  return (
    <Form<Search>
      form={form}
      layout="inline"
      className="filters"
      aria-label={t("record.filters.label")}
      initialValues={search}
      onFinish={submit}
    >
      <Form.Item name="range" label={t("record.filters.range")}>
        <Select
          className="filter-short"
          options={RANGES.map((range) => ({ value: range, label: t(`record.ranges.${range}`) }))}
          onChange={form.submit}
        />
      </Form.Item>
      <Form.Item name="caller" label={t("record.filters.caller")}>
        <Input allowClear className="filter-number" maxLength={64} />
      </Form.Item>
      <Form.Item name="trunk_number" label={t("record.filters.trunkNumber")}>
        <Select
          allowClear
          className="filter-number"
          placeholder={t("record.filters.any")}
          options={numbers.map(({ number }) => ({ value: number, label: number }))}
          onChange={form.submit}
        />
      </Form.Item>
      <Form.Item name="call_type" label={t("record.filters.callType")}>
        <Select
          allowClear
          className="filter-short"
          placeholder={t("record.filters.any")}
          options={CALL_TYPES.map((type) => ({ value: type, label: t(`record.types.${type}`) }))}
          onChange={form.submit}
        />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit" icon={<SearchOutlined aria-hidden />}>
          {t("record.search")}
        </Button>
        <Button
          onClick={() => {
            onSearch(EVERYTHING);
          }}
        >
          {t("record.clear")}
        </Button>
        <Button
          aria-label={t("common.refresh")}
          title={t("common.refresh")}
          icon={<ReloadOutlined spin={busy} />}
          onClick={onRefresh}
        />
      </Space>
    </Form>
  );
}
