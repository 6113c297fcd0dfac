package io.imdsight.classify;

import io.imdsight.model.Answer;
import io.imdsight.model.Classification;
import io.imdsight.model.Exchange;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Version;

/** The rules of docs/classification.md as pure functions. */
public final class Classifier {
    private Classifier() {}

    /** What an exchange means. */
    public static Classification classify(Exchange exchange) {
        RequestHead head = exchange.request();
        String path = Paths.normalised(head.target());
        Kind kind = kind(head, path);
        PathClass pathClass = kind == Kind.FOREIGN ? PathClass.FOREIGN : Paths.pathClass(path);
        return new Classification(version(head), kind, outcome(exchange.answer()), pathClass);
    }

    /**
     * The token header makes a request version 2. So does the TTL header, on the request that it belongs to, the PUT; on any other request it
     * asks for nothing and proves nothing, and the request is as tokenless as without it.
     */
    static Version version(RequestHead head) {
        if (head.has(RequestHead.TOKEN) || head.has(RequestHead.TOKEN_TTL) && "PUT".equals(head.method())) {
            return Version.V2;
        }
        return head.complete() ? Version.V1 : Version.UNDETERMINED;
    }

    private static Kind kind(RequestHead head, String path) {
        if (path == null) {
            return Kind.METADATA;
        }
        if ("PUT".equals(head.method()) && Paths.isTokenPath(path)) {
            return Kind.TOKEN;
        }
        if (Paths.isForeign(path)) {
            return Kind.FOREIGN;
        }
        boolean foreignHeader = head.has(RequestHead.GOOGLE) || head.has(RequestHead.AZURE);
        return foreignHeader && !Paths.isEc2(path) ? Kind.FOREIGN : Kind.METADATA;
    }

    static Outcome outcome(Answer answer) {
        return switch (answer.state()) {
            case NONE, LOST_ON_THE_WAY -> Outcome.UNANSWERED;
            case HIDDEN -> Outcome.UNDETERMINED;
            case RECEIVED -> {
                int status = answer.status();
                yield status >= 200 && status <= 299
                        ? Outcome.SERVED
                        : status == 401 || status == 403 ? Outcome.REFUSED : Outcome.FAILED;
            }
        };
    }
}
