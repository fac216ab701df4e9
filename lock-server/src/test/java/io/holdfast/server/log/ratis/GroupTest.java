package io.holdfast.server.log.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.log.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupTest {
    private static Member member(int number) {
        return new Member("n" + number, "s" + number, "127.0.0.1:601" + number, "127.0.0.1:501" + number);
    }

    @Test
    void membersBeginAPeriodApartFromEachOther() {
        List<Member> members = List.of(member(1), member(2), member(3));
        assertEquals(
                List.of(0, 166_666, 333_333),
                members.stream()
                        .map(self -> new Group(self, members).turn(500_000))
                        .toList());
    }

    @Test
    void whoIsAloneOrNotAMemberYetBeginsAtTheBeginning() {
        assertEquals(0, Group.ALONE.turn(500_000));
        assertEquals(0, new Group(member(4), List.of()).turn(500_000));
    }
}
