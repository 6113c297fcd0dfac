# imdsight on a fleet by Terraform: the permission to publish counts, the document for one-shot audits, and an alarm.
# The agent itself comes by package, image or playbook: docs/deployment.md.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "instance_role_names" {
  description = "Roles of the instances on which imdsight runs."
  type        = set(string)
}

variable "namespace" {
  description = "CloudWatch namespace of imdsight's counts; as its setting cloudwatch-namespace."
  type        = string
  default     = "imdsight"
}

variable "audit_bucket" {
  description = "Bucket with the tarball below imdsight/packages/, and for the verdicts below imdsight/audits/."
  type        = string
}

variable "alarm_actions" {
  description = "ARNs that hear of version 1 calls, such as an SNS topic."
  type        = list(string)
  default     = []
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "instances" {
  statement {
    sid       = "PutCountsOfImdsightOnly"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [var.namespace]
    }
  }

  statement {
    sid       = "FetchTheTarball"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.audit_bucket}/imdsight/packages/*"]
  }

  statement {
    sid       = "LeaveTheVerdict"
    actions   = ["s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.audit_bucket}/imdsight/audits/*"]
  }
}

resource "aws_iam_policy" "instances" {
  name        = "imdsight"
  description = "What imdsight may do on an instance"
  policy      = data.aws_iam_policy_document.instances.json
}

resource "aws_iam_role_policy_attachment" "instances" {
  for_each   = var.instance_role_names
  role       = each.value
  policy_arn = aws_iam_policy.instances.arn
}

resource "aws_ssm_document" "audit" {
  name            = "imdsight-audit"
  document_type   = "Command"
  document_format = "YAML"
  content         = file("${path.module}/../ssm/imdsight-audit.yaml")
}

# Any version 1 call of the fleet within a quarter of an hour. Missing data are missing, not zero: docs/cloudwatch.md.
resource "aws_cloudwatch_metric_alarm" "version_1" {
  alarm_name          = "imdsight-version-1-calls"
  alarm_description   = "Somebody calls the instance metadata service without a token; the dashboard names the instances and callers."
  namespace           = var.namespace
  metric_name         = "MetadataNoToken"
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "missing"
  alarm_actions       = var.alarm_actions
}

output "audit_document" {
  description = "Send it with: aws ssm send-command --document-name NAME …"
  value       = aws_ssm_document.audit.name
}
