-- Names, numbers and addresses that look right in China and belong to nobody.
--
-- phone      154 is the one block between 150 and 159 that no operator was given.
-- id_number  999999 is no administrative division; the check digit is real (GB 11643).
-- email      example.com is reserved for examples (RFC 2606).

create or replace macro surname(u) as (
    pick(
        [
            '王', '王', '王', '李', '李', '李', '张', '张', '张', '刘', '刘', '陈', '陈', '杨', '黄', '赵',
            '吴', '周', '徐', '孙', '马', '朱', '胡', '林', '郭', '何', '高', '罗', '郑', '梁', '谢', '宋',
            '唐', '许', '邓', '冯', '韩', '曹', '曾', '彭', '萧', '蔡', '潘', '田', '董', '袁', '于', '余',
            '叶', '蒋', '杜', '苏', '魏', '程', '吕', '丁', '沈', '任', '姚', '卢', '傅', '钟', '姜', '崔',
            '谭', '廖', '范', '汪', '陆', '金', '石', '戴', '贾', '韦', '夏', '邱', '方', '侯', '邹', '熊',
            '孟', '秦', '白', '江', '阎', '薛', '尹', '段', '雷', '欧阳', '诸葛', '司马', '上官'
        ],
        u
    )
);

create or replace macro given_character(is_female, u) as (
    case
        when is_female then pick(
            [
                '芳', '娜', '敏', '静', '丽', '艳', '娟', '霞', '秀', '燕', '玲', '桂', '英', '华', '慧',
                '巧', '美', '淑', '惠', '珠', '翠', '雅', '芝', '玉', '萍', '红', '月', '彩', '春', '菊',
                '兰', '凤', '洁', '梅', '琳', '素', '云', '莲', '真', '环', '雪', '荣', '爱', '妹', '香',
                '莺', '媛', '瑞', '佳', '嘉', '琼', '勤', '珍', '贞', '莉', '欣', '怡', '婷', '梦', '诗'
            ],
            u
        )
        else pick(
            [
                '伟', '刚', '勇', '毅', '俊', '峰', '强', '军', '平', '保', '东', '文', '辉', '力', '明',
                '永', '健', '世', '广', '志', '义', '兴', '良', '海', '山', '仁', '波', '宁', '贵', '福',
                '生', '龙', '元', '全', '国', '胜', '学', '祥', '才', '发', '武', '新', '利', '清', '飞',
                '彬', '富', '顺', '信', '子', '杰', '涛', '昌', '成', '康', '星', '光', '天', '达', '浩'
            ],
            u
        )
    end
);

create or replace macro full_name(decision, who, is_female) as (
    surname(draw(decision || '.surname', who))
    || given_character(is_female, draw(decision || '.first', who))
    || case
        when draw(decision || '.two', who) < 0.78
            then given_character(is_female, draw(decision || '.second', who))
        else ''
    end
);

create or replace macro phone_number(decision, who) as (
    '154' || digits(whole(draw(decision, who), 0, 99999999), 8)
);

-- Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 over the first 17 digits, modulo 11.
create or replace macro check_digit(body) as (
    substr(
        '10X98765432',
        1 + (
            7 * body[1]::integer + 9 * body[2]::integer + 10 * body[3]::integer
            + 5 * body[4]::integer + 8 * body[5]::integer + 4 * body[6]::integer
            + 2 * body[7]::integer + body[8]::integer + 6 * body[9]::integer
            + 3 * body[10]::integer + 7 * body[11]::integer + 9 * body[12]::integer
            + 10 * body[13]::integer + 5 * body[14]::integer + 8 * body[15]::integer
            + 4 * body[16]::integer + 2 * body[17]::integer
        ) % 11,
        1
    )
);

create or replace macro id_body(born_on, serial) as (
    '999999' || strftime(born_on, '%Y%m%d') || digits(serial % 1000, 3)
);

create or replace macro postal_address(decision, who) as (
    pick(
        ['样本市示范区', '样本市朝霞区', '清溪市新城区', '清溪市河西区', '云岭市东湖区', '云岭市高新区', '海棠市南港区'],
        draw(decision || '.district', who)
    )
    || pick(
        ['人民路', '解放路', '建设街', '中山路', '文化巷', '学府路', '长江大道', '和平里', '幸福街', '滨河路'],
        draw(decision || '.street', who)
    )
    || whole(draw(decision || '.number', who), 1, 320)::varchar || '号'
    || whole(draw(decision || '.house', who), 1, 28)::varchar || '栋'
    || case when draw(decision || '.comma', who) < 0.01 then ', ' else '' end
    || (whole(draw(decision || '.floor', who), 1, 24) * 100
        + whole(draw(decision || '.door', who), 1, 6))::varchar || '室'
);
